"""RTSP 1.0 with RTP over TCP."""
