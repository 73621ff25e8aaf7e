"""Hugging Face: files and folders of datasets."""

from __future__ import annotations

from urllib.parse import quote

from assistant.dataset.fetching.download import Transfer
from assistant.dataset.fetching.hosts.host import Address, Host, Link, ask_json
from assistant.dataset.fetching.network import Network
from assistant.dataset.fetching.remote_files import RemoteFacts, RemoteFile


class HuggingFace(Host):
    """Hugging Face's datasets; its models are links like any other."""

    domains = ("huggingface.co", "hf.co")

    def link(self, address: Address) -> Link | None:
        """Return the file or the folder of a dataset."""
        segments, reference = address.segments, address.text
        if not segments or segments[0] != "datasets" or len(segments) < 3:
            return None
        owner, name, *rest = segments[1:]
        title = f"{owner}/{name}"
        if rest and rest[0] in ("blob", "resolve", "raw") and len(rest) > 2:
            path = "/".join(quote(part) for part in rest[1:])
            return self.file_link(
                f"https://huggingface.co/datasets/{owner}/{name}/resolve/{path}",
                "link",
                title,
                page=reference,
                file_name=rest[-1],
                owner=owner,
                name=name,
            )
        ref, path = (rest[1], "/".join(rest[2:])) if len(rest) > 1 and rest[0] == "tree" else ("main", "")
        return Link(
            host=self,
            form="hugging face tree",
            kind="link",
            reference=reference,
            page=reference,
            title=title,
            owner=owner,
            name=name,
            ref=ref,
            path=path,
        )

    def files(self, link: Link, transfer: Transfer) -> tuple[RemoteFile, ...]:
        """Return the files of a dataset, or of one of its folders."""
        base = f"{quote(link.owner)}/{quote(link.name)}"
        found = ask_json(
            f"https://huggingface.co/api/datasets/{base}/tree/{quote(link.ref)}/{quote(link.path)}?recursive=true",
            transfer.network,
        )
        return tuple(
            RemoteFile(
                name=str(entry["path"]),
                size=entry.get("size"),
                url=f"https://huggingface.co/datasets/{base}/resolve/{quote(link.ref)}/{quote(str(entry['path']))}",
            )
            for entry in found
            if entry.get("type") == "file"
        )

    def facts(self, link: Link, network: Network) -> RemoteFacts:
        """Return the name, the licence and the author of the dataset."""
        if not link.owner:
            return RemoteFacts()
        address = f"https://huggingface.co/api/datasets/{quote(link.owner)}/{quote(link.name)}"
        found = ask_json(address, network, seconds=10)
        licence = (found.get("cardData") or {}).get("license")
        return RemoteFacts(
            title=found.get("id"),
            licence=", ".join(licence) if isinstance(licence, list) else licence,
            author=found.get("author"),
        )
