"""The child process that runs a notebook: `python kernel_process.py FOLDER`.

It reads `FOLDER/notebook.ipynb`, runs it in a kernel of its own and writes `FOLDER/executed.ipynb`, or
`FOLDER/failure.json` when a cell fails. Each cell that is done puts a line "number all" on standard output. The kernel
is started by its command, so that no kernel installed on the computer takes part, and is reached through sockets in
the folder, where nobody else may look.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import sys
from pathlib import Path

import nbformat
from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, DeadKernelError

STARTUP = 180  # seconds; a busy machine reads the kernel's libraries slowly


class OwnKernel(KernelSpecManager):
    """Knows one kernel: this very Python."""

    def get_kernel_spec(self, kernel_name: str) -> KernelSpec:
        """Return the kernel's command, whatever name is asked for."""
        command = [sys.executable, "-P", "-m", "ipykernel_launcher", "-f", "{connection_file}"]
        return KernelSpec(argv=command, display_name=kernel_name, language="python")


def main(folder: Path) -> int:
    """Run the notebook that lies in the folder; return the process's exit status."""
    # Asked to end, this process has to take its kernel with it: the exception passes through nbclient, which does.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    with contextlib.suppress(OSError, AttributeError):
        os.nice(10)
    document = nbformat.read(folder / "notebook.ipynb", as_version=4)  # type: ignore[no-untyped-call]
    cells = sum(cell.cell_type == "code" and bool(cell.source.strip()) for cell in document.cells)
    begun = 0

    def begin(**_: object) -> None:
        nonlocal begun
        begun += 1

    def tell(**_: object) -> None:
        sys.stdout.write(f"{begun} {cells}\n")
        sys.stdout.flush()

    manager = AsyncKernelManager(kernel_spec_manager=OwnKernel(), connection_file=str(folder / "kernel.json"))
    if os.name == "posix":
        manager.transport, manager.ip = "ipc", str(folder / "kernel")
    client = NotebookClient(
        document,
        km=manager,
        timeout=None,
        startup_timeout=STARTUP,
        record_timing=False,
        resources={"metadata": {"path": str(folder / "work")}},
        on_cell_execute=begin,
        on_cell_executed=tell,
    )
    try:
        client.execute()
    except CellExecutionError as error:
        failure = {"cell": begun, "error": error.ename, "message": error.evalue}
        (folder / "failure.json").write_text(json.dumps(failure), "utf-8")
        return 1
    except DeadKernelError:
        failure = {"cell": begun, "error": "", "message": ""}
        (folder / "failure.json").write_text(json.dumps(failure), "utf-8")
        return 1
    nbformat.write(document, folder / "executed.ipynb")  # type: ignore[no-untyped-call]
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
