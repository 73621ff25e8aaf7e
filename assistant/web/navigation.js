// Moves between the pages without a reload, keeps the place in the address so that a reload stays there, and does what
// the footer's button says. The pages are the tabs of a stage whose own bar is hidden.
(() => {
  const root = document.documentElement;
  const TRIES = 60; // of 50 ms: a page is mounted when it is first shown
  const reduced = matchMedia("(prefers-reduced-motion: reduce)");
  const address = () => new URL(window.location.href);
  const placeOf = (url) => url.searchParams.get("at") || "start";

  const soon = (look, tries = TRIES) => {
    if (!look() && tries > 0) setTimeout(() => soon(look, tries - 1), 50);
  };

  const select = (id) => soon(() => {
    const button = document.getElementById(`${id}-button`) || document.querySelector(`[role=tab][aria-controls="${id}"]`);
    if (button && button.getAttribute("aria-selected") !== "true") button.click();
    return button;
  });

  const visible = (element) => element && element.getClientRects().length > 0;
  const inView = (element) => {
    const box = element.getBoundingClientRect();
    return box.top >= 0 && box.bottom <= innerHeight - 64;
  };
  const bring = (element, block = "start") =>
    element.scrollIntoView({ block, behavior: reduced.matches ? "auto" : "smooth" });

  // Rail, bar and footer are sent anew by the server; which of their parts belongs to this place is said here.
  let open = false; // whether the rail is, where it covers the page
  const mark = () => {
    const frame = document.getElementById("frame");
    if (frame) {
      // Gradio puts our style below its container: what it asks for stands on the frame, not on the root.
      if (frame.dataset.place !== root.dataset.place) frame.dataset.place = root.dataset.place;
      const rail = open ? "open" : "folded";
      if (frame.dataset.rail !== rail) frame.dataset.rail = rail;
    }
    for (const row of document.querySelectorAll(".rail-row")) {
      const here = row.dataset.go === root.dataset.place || (row.dataset.go === "understand" && root.dataset.place.startsWith("understand"));
      if (here !== (row.getAttribute("aria-current") === "page")) {
        if (here) row.setAttribute("aria-current", "page"); else row.removeAttribute("aria-current");
      }
    }
    const bar = document.querySelector(".rail-bar");
    if (bar && bar.getAttribute("aria-expanded") !== String(open)) bar.setAttribute("aria-expanded", String(open));
    for (const part of document.querySelectorAll("[data-at]")) {
      const at = root.dataset.place.startsWith("understand") ? "understand" : root.dataset.place;
      const hidden = part.dataset.at !== at;
      if (part.hidden !== hidden) part.hidden = hidden;
    }
  };

  const arrive = (place) => {
    root.dataset.place = place;
    open = false;
    mark();
  };

  // Each place is one of its own for the browser's Back.
  const keep = (place) => {
    const url = address();
    if (placeOf(url) === place) return;
    url.searchParams.set("at", place);
    window.history.pushState(null, "", url);
  };

  const go = (place, anchor) => {
    const moved = root.dataset.place !== place;
    arrive(place);
    select(place.startsWith("understand") ? "tab-understand" : `tab-${place}`);
    if (place.startsWith("understand-")) select(`tab-${place}`);
    if (anchor) {
      soon(() => {
        const target = document.getElementById(anchor);
        if (target) { bring(target); target.focus({ preventScroll: true }); }
        return target;
      });
    } else if (moved) window.scrollTo({ top: 0 });
  };

  // Puts the cursor into a field, ticks what is in view, presses a button; of anything else it shows where it is.
  const press = (id, place = root.dataset.place) => soon(() => {
    const element = document.getElementById(id);
    if (root.dataset.place !== place) return true;
    if (!visible(element)) return false;
    const control = element.matches("button, a") ? element : element.querySelector("input, textarea, button, a.button-link");
    if (control?.matches("textarea, input:not([type=checkbox]):not([type=radio])")) {
      if (control.disabled) return false;
      if (!inView(control)) bring(element, "center");
      control.focus({ preventScroll: true });
    } else if (control?.matches("input[type=checkbox]") && id.endsWith("-checked")) {
      // Nobody has checked what is not in view.
      const card = control.closest(".chart-card") || element;
      if (shows(card.querySelector("[id$='-picture']") || card)) { control.click(); following(card); } else bring(card);
    } else if (element.matches("button:not([disabled])")) {
      element.click();
    } else if (element.matches("button")) {
      return false;
    } else {
      bring(element, "center");
      control?.focus({ preventScroll: true });
    }
    return true;
  }, 600); // a page may need its pages built before it shows what is pressed

  // Most of it, or most of the screen, is it.
  const shows = (picture) => {
    const box = picture.getBoundingClientRect(), room = innerHeight - 64;
    const seen = Math.min(box.bottom, room) - Math.max(box.top, 0);
    return seen > 0.6 * Math.min(box.height, room);
  };
  const following = (card) => {
    const unchecked = [...document.querySelectorAll(".chart-card")].filter((other) => visible(other) &&
      card.compareDocumentPosition(other) & Node.DOCUMENT_POSITION_FOLLOWING &&
      other.querySelector("[id$='-in-report'] input:checked") && other.querySelector("[id$='-checked'] input:not(:checked)"));
    if (unchecked.length) unchecked[0].scrollIntoView({ block: "start" });
  };

  window.addEventListener("popstate", () => go(placeOf(address())));

  document.addEventListener("click", (event) => {
    const bar = event.target.closest?.(".rail-bar");
    if (bar) {
      open = !open;
      mark();
      if (open) document.querySelector(".rail-row[aria-current], .rail-row")?.focus();
      return;
    }
    const link = event.target.closest?.("[data-go]");
    if (link && !event.metaKey && !event.ctrlKey && !event.shiftKey) {
      event.preventDefault();
      keep(link.dataset.go);
      go(link.dataset.go, link.dataset.anchor);
      if (link.dataset.press) press(link.dataset.press);
      return;
    }
    // The lecture's own tabs are places too.
    const tab = event.isTrusted ? event.target.closest?.("[role=tab]") : null;
    const name = (tab?.id || "").replace(/-button$/, "").replace(/^tab-/, "");
    if (name.startsWith("understand-")) { keep(name); arrive(name); }
  }, true);

  // Up and down walk through the rail, Escape closes it where it covers the page.
  document.addEventListener("keydown", (event) => {
    const row = event.target.closest?.(".rail-row");
    if (event.key === "Escape" && open) {
      open = false;
      mark();
      document.querySelector(".rail-bar")?.focus();
    }
    const by = { ArrowDown: 1, ArrowUp: -1, Home: -Infinity, End: Infinity }[event.key];
    if (!row || !by) {
      // What looks like a button is pressed by the space bar too.
      if (event.key === " " && event.target.matches?.(".next-button")) { event.preventDefault(); event.target.click(); }
      return;
    }
    event.preventDefault();
    const rows = [...document.querySelectorAll(".rail-row")];
    rows[Math.max(0, Math.min(rows.length - 1, rows.indexOf(row) + by))].focus();
  });

  // When a part that has the focus is sent anew, the focus stays where it was.
  let focused = "";
  document.addEventListener("focusin", (event) => {
    const row = event.target.closest?.(".rail-row");
    focused = row ? row.id : event.target.matches?.(".next-button") ? "next" : "";
  });
  new MutationObserver(() => {
    mark();
    if (!focused || document.activeElement !== document.body) return;
    const again = focused === "next" ? document.querySelector(".next:not([hidden]) .next-button") : document.getElementById(focused);
    again?.focus({ preventScroll: true });
  }).observe(root, {
    // What is sent anew is put into the elements that are there: attributes go without an element coming or going.
    childList: true, subtree: true, attributes: true, attributeFilter: ["hidden", "aria-current", "aria-expanded"],
  });

  // The countdown is display only: the deadline itself is kept on the server.
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const tick = () => {
    for (const place of document.querySelectorAll("[data-deadline]")) {
      const left = (Date.parse(place.dataset.deadline) - Date.now()) / 1000;
      const total = Math.floor(Math.abs(left));
      const days = Math.floor(total / 86400);
      const clock = [total / 3600 % 24, total / 60 % 60, total % 60].map((x) => String(Math.floor(x)).padStart(2, "0")).join(":");
      const span = days > 2 ? `${days.toLocaleString("en")} days` : (days ? `${days} d ${clock}` : clock);
      const text = left >= 0 ? `${span} left` : `passed ${span} ago`;
      if (place.textContent !== text) place.textContent = text;
      const own = place.closest(".deadline")?.querySelector("[data-own-zone]");
      if (own && !own.textContent) {
        const when = new Date(Date.parse(place.dataset.deadline));
        own.textContent = `${when.toLocaleString(undefined, { dateStyle: "full", timeStyle: "medium" })} (${zone}, your zone)`;
      }
    }
    for (const place of document.querySelectorAll("[data-own-time]:empty")) {
      const when = new Date(Date.parse(place.dataset.ownTime));
      place.textContent = `${when.toLocaleString("en-GB", { weekday: "short", day: "2-digit", month: "short", hour: "2-digit", minute: "2-digit" })} ${zone}, your zone`;
    }
  };
  setInterval(tick, 1000);

  arrive(placeOf(address()));
  // Where a keyboard is at hand, the first field waits for it.
  if (root.dataset.place === "start" && matchMedia("(pointer: fine)").matches) {
    soon(() => {
      const name = document.querySelector("[id='student-name'] :is(textarea, input)");
      if (!visible(name) || name.disabled) return false;
      if (document.activeElement === document.body && !name.value && root.dataset.place === "start") name.focus();
      return true;
    }, 200);
  }
  if (root.dataset.place.startsWith("understand-")) go(root.dataset.place, address().hash.slice(1));
})();
