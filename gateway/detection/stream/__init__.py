"""A camera's streams: kept open, decoded where somebody looks, held as packets where not."""
