"""The submission assistant: from a raw dataset to a sent, receipted submission."""

__version__ = "0.2.0"
