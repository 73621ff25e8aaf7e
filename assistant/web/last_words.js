// Text takes a moment to reach the server. What was typed last is sent once more when the page is left, as it stands
// there then; and where a busy browser left no time for that, when the page is opened again.
(() => {
  const STORE = "assistant-last-words";
  const FRESH = 15000; // milliseconds: what was typed before has long been sent
  const typed = new Map();

  const send = (entries) => {
    const fresh = entries.filter(([, , when]) => Date.now() - when < FRESH).map(([id, value]) => [id, value]);
    if (fresh.length) navigator.sendBeacon("keep", JSON.stringify(Object.fromEntries(fresh)));
  };
  const entries = () => [...typed].map(([id, { field, when }]) => [id, field.value, when]);

  send(JSON.parse(sessionStorage.getItem(STORE) || "[]"));
  sessionStorage.removeItem(STORE);

  document.addEventListener("input", (event) => {
    const box = event.target.closest?.("[id^='student-'], [id^='p']");
    if (!box || !event.target.matches("textarea, input:not([type])")) return;
    typed.set(box.id, { field: event.target, when: Date.now() });
    for (const [id, { when }] of typed) if (Date.now() - when > FRESH) typed.delete(id);
    sessionStorage.setItem(STORE, JSON.stringify(entries()));
  }, true);

  // A button may replace what was typed: from then on the server knows better.
  document.addEventListener("click", (event) => {
    if (!event.target.closest?.("button:not([role=tab])")) return;
    typed.clear();
    sessionStorage.removeItem(STORE);
  }, true);

  window.addEventListener("pagehide", () => {
    send(entries());
    sessionStorage.removeItem(STORE);
  });
})();
