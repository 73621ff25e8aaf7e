"""How long a slider of the lecture takes, from the key press to the changed picture, in a real browser.

`python -m tests.benchmarks.lecture_slider` prints the median and the slowest of several moves for each page.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from pathlib import Path

import httpx
from playwright.sync_api import Page, sync_playwright

from tests.browser.conftest import ARGUMENTS, ROOT, free_port

MOVES = 25
SLIDERS = {
    "memory": ("#lecture-memory-forget-bias", "#lecture-memory-picture"),
    "gradient": ("#lecture-gradient-length", "#lecture-gradient-picture"),
    "forget-gate": ("#lecture-gate-w-x", "#lecture-gate-picture"),
}
# The time is taken in the page: from the event until the picture's drawings are other ones.
MEASURE = """([slider, picture]) => new Promise((done) => {
  const range = document.querySelector(`${slider} input[type=range]`);
  const place = document.querySelector(picture);
  const drawn = () => [...place.querySelectorAll("svg")].map((svg) => svg.outerHTML).join("");
  const before = drawn();
  const start = performance.now();
  const watcher = new MutationObserver(() => {
    if (drawn() === before) return;
    watcher.disconnect();
    done(performance.now() - start);
  });
  watcher.observe(place, { childList: true, subtree: true, characterData: true });
  if (Number(range.value) >= Number(range.max)) window.backward = true;
  if (Number(range.value) <= Number(range.min)) window.backward = false;
  window.backward ? range.stepDown() : range.stepUp();
  range.dispatchEvent(new Event("input", { bubbles: true }));
})"""


def measure(page: Page, address: str, idea: str) -> list[float]:
    page.goto(f"{address}?at=understand-{idea}", wait_until="domcontentloaded")
    slider, picture = SLIDERS[idea]
    page.wait_for_selector(f"{picture} svg", timeout=60_000)
    page.wait_for_timeout(1000)
    taken = []
    for _ in range(MOVES):
        taken.append(float(page.evaluate(MEASURE, [slider, picture])))
        page.wait_for_timeout(300)
    return taken


def main() -> None:
    port = free_port()
    address = f"http://127.0.0.1:{port}/"
    server = subprocess.Popen([sys.executable, "-m", "tests.browser.lecture_page", str(port)], cwd=ROOT)
    try:
        for _ in range(600):
            try:
                httpx.get(address, timeout=5)
                break
            except httpx.TransportError:
                time.sleep(0.1)
        chromium = Path("/usr/bin/chromium")
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=str(chromium) if chromium.exists() else None, args=ARGUMENTS
            )
            page = browser.new_page(viewport={"width": 1280, "height": 900})
            for idea in SLIDERS:
                taken = sorted(measure(page, address, idea))
                print(
                    f"{idea}: median {statistics.median(taken):.0f} ms, 9 of 10 within {taken[MOVES * 9 // 10]:.0f} ms, "
                    f"slowest {taken[-1]:.0f} ms of {MOVES}",
                    flush=True,
                )
            browser.close()
    finally:
        server.terminate()
        server.wait()


if __name__ == "__main__":
    main()
