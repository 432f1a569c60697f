"""EXIF, XMP and IPTC: what is read from a photo and what is written into a picture."""
