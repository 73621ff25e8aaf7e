// Moves between steps without a reload, and keeps the place in the page's address so that a reload stays there.
(() => {
  const tabButton = (id) => document.getElementById(`${id}-button`) ||
    document.querySelector(`[role=tab][aria-controls="${id}"]`);

  const outerOf = (place) => {
    const project = place.match(/^p(\d+)-/);
    if (project) return `tab-project-${project[1]}`;
    return place.startsWith("understand") ? "tab-understand" : `tab-${place}`;
  };

  const press = (id, tries) => {
    const button = tabButton(id);
    if (button) {
      if (button.getAttribute("aria-selected") !== "true") button.click();
      return true;
    }
    // Panels are mounted when they are first shown: the inner tab appears a moment later.
    if (tries > 0) setTimeout(() => press(id, tries - 1), 50);
    return false;
  };

  const showAnchor = (anchor, tries) => {
    const target = document.getElementById(anchor);
    if (target) {
      target.scrollIntoView({ block: "start" });
      target.focus({ preventScroll: true });
    } else if (tries > 0) setTimeout(() => showAnchor(anchor, tries - 1), 100);
  };

  // Each step is a place of its own for the browser's Back.
  const keep = (place) => {
    const address = new URL(window.location.href);
    if ((address.searchParams.get("at") || "start") === place) return;
    address.searchParams.set("at", place);
    window.history.pushState(null, "", address);
  };

  window.addEventListener("popstate", () => {
    go(new URL(window.location.href).searchParams.get("at") || "start");
  });

  const go = (place, anchor) => {
    press(outerOf(place), 40);
    if (/^(p\d+|understand)-/.test(place)) press(`tab-${place}`, 40);
    if (anchor) showAnchor(anchor, 40);
    else window.scrollTo({ top: 0 });
  };

  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("[data-go]");
    if (link && !event.metaKey && !event.ctrlKey && !event.shiftKey) {
      event.preventDefault();
      keep(link.dataset.go);
      go(link.dataset.go, link.dataset.anchor);
      return;
    }
    // A press by `go` follows an address that is kept already.
    const tab = event.isTrusted ? event.target.closest?.("[role=tab]") : null;
    const name = (tab?.id || "").replace(/-button$/, "").replace(/^tab-/, "");
    if (!name) return;
    let place = name;
    if (/^(project-\d+|understand)$/.test(name)) {
      const inner = document.querySelector(`#tab-${name} [role=tab][aria-selected=true]`);
      const first = name === "understand" ? name : `p${name.slice("project-".length)}-dataset`;
      place = inner ? inner.id.replace(/-button$/, "").replace(/^tab-/, "") : first;
    }
    keep(place);
  }, true);

  // The countdown is display only: the deadline itself is kept on the server.
  const tick = () => {
    for (const place of document.querySelectorAll("[data-deadline]")) {
      const left = (Date.parse(place.dataset.deadline) - Date.now()) / 1000;
      const total = Math.floor(Math.abs(left));
      const days = Math.floor(total / 86400);
      const clock = [total / 3600 % 24, total / 60 % 60, total % 60].map((x) => String(Math.floor(x)).padStart(2, "0")).join(":");
      const span = days > 2 ? `${days.toLocaleString("en")} days` : (days ? `${days} d ${clock}` : clock);
      place.textContent = left >= 0 ? `${span} left` : `passed ${span} ago`;
      const own = place.closest(".deadline")?.querySelector("[data-own-zone]");
      if (own && !own.textContent) {
        const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
        const when = new Date(Date.parse(place.dataset.deadline));
        own.textContent = `${when.toLocaleString(undefined, { dateStyle: "full", timeStyle: "medium" })} (${zone}, your zone)`;
      }
    }
  };
  setInterval(tick, 1000);

  const start = new URL(window.location.href);
  if (start.searchParams.get("at")?.startsWith("understand-")) {
    go(start.searchParams.get("at"), start.hash.slice(1));
  }
})();
