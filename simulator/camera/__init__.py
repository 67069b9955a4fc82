"""Cameras: an ONVIF device and an RTSP server each, in one process of their own."""
