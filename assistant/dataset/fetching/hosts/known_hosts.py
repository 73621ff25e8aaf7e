"""The table of the hosts that are known.

To add one, write its class in a file of its own in this folder and put a line into HOSTS.
"""

from __future__ import annotations

from assistant.dataset.fetching.hosts.github import GitHub
from assistant.dataset.fetching.hosts.google import Google
from assistant.dataset.fetching.hosts.host import Host
from assistant.dataset.fetching.hosts.hugging_face import HuggingFace
from assistant.dataset.fetching.hosts.kaggle import Kaggle
from assistant.dataset.fetching.hosts.other_addresses import Bitbucket, Colab, Dropbox, GitLab, Uci
from assistant.dataset.fetching.hosts.zenodo import Zenodo

HOSTS: tuple[Host, ...] = (
    GitHub(),
    Kaggle(),
    Google(),
    HuggingFace(),
    Zenodo(),
    Uci(),
    Dropbox(),
    GitLab(),
    Bitbucket(),
    Colab(),
)
ANY_OTHER = Host()


def host_at(domain: str) -> Host:
    """Return the host that a domain (without `www.`) belongs to."""
    return next((host for host in HOSTS if domain in host.domains), ANY_OTHER)
