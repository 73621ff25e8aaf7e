"""Starts the wizard; also the entry point on Hugging Face Spaces."""

from assistant.web.__main__ import main

if __name__ == "__main__":
    main()
