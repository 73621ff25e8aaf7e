// Nothing typed is ever lost: each text stays in this browser until the server has said that it is stored. While the
// program does not answer it waits, over a reload and a restart too; what another tab wrote in the same field meanwhile
// is shown beside it.
(() => {
  const FIELD = new RegExp(__FIELD__);
  const STORE = "assistant-words:";
  const PAUSE = 500; // milliseconds without a key before a text is sent
  const AGAIN = [1000, 2000, 4000, 8000, 15000]; // between attempts while the program does not answer
  const MOST = 400; // digests of what a field held before
  const LEFT = 5000; // milliseconds after which a text that still waits is of a page that is gone
  const memory = new Map();
  const adopted = new Set(); // what pages that are gone have left here
  let sending = null, timer = 0, failures = 0, asking = null;

  const disk = {
    get: (key) => { try { return localStorage.getItem(key); } catch { return memory.get(key) ?? null; } },
    set: (key, value) => { try { localStorage.setItem(key, value); } catch { memory.set(key, value); } },
    drop: (key) => { memory.delete(key); try { localStorage.removeItem(key); } catch { /* not allowed here */ } },
    keys: () => { try { return Object.keys(localStorage); } catch { return [...memory.keys()]; } },
  };
  // A page keeps its name over a reload.
  const page = (() => {
    const fresh = Math.random().toString(36).slice(2, 10);
    try {
      const known = sessionStorage.getItem(STORE) || fresh;
      sessionStorage.setItem(STORE, known);
      return known;
    } catch { return fresh; }
  })();
  const owner = () => document.querySelector(".rail")?.dataset.owner || "";
  const digest = (text) => {
    let value = 0x811c9dc5;
    for (let at = 0; at < text.length; at++) {
      const unit = text.charCodeAt(at);
      value = Math.imul(value ^ (unit & 255), 0x01000193);
      value = Math.imul(value ^ (unit >> 8), 0x01000193);
    }
    return (value >>> 0).toString(16).padStart(8, "0");
  };
  // What this page has seen in a field: what stands in the store and is none of it, somebody else wrote.
  const seen = new Map();
  const saw = (id, text) => {
    const known = seen.get(id) || [];
    seen.set(id, [...known.filter((one) => one !== digest(text)), digest(text)].slice(-MOST));
  };
  const boxOf = (target) => {
    if (!target.matches?.("textarea, input:not([type]), input[type=text]")) return null;
    const box = target.closest("[id^='student-'], [id^='p']");
    return box && FIELD.test(box.id) ? box : null;
  };
  const fieldIn = (id) => document.querySelector(`[id="${id}"] :is(textarea, input)`);
  const keyOf = (id, of = page) => `${STORE}${owner()}:${of}:${id}`;
  const entries = () => {
    const mine = `${STORE}${owner()}:`;
    return disk.keys().filter((key) => key.startsWith(mine)).map((key) => {
      try { return { key, id: key.split(":").pop(), ...JSON.parse(disk.get(key)) }; } catch { return null; }
    }).filter(Boolean);
  };
  const own = () => entries().filter((entry) => entry.page === page || adopted.has(entry.key));
  const waiting = () => own().filter((entry) => !entry.refused);

  const say = (text, wrong = false) => {
    const line = document.getElementById("saved");
    if (!line || line.textContent === text) return;
    line.textContent = text;
    line.classList.toggle("not", wrong);
  };
  const tell = () => {
    if (asking) say("Two texts for one field: choose which stays.", true);
    else if (failures > 0 && own().length) say("Not saved: the program does not answer; your words are kept in this browser.", true);
    else if (missed) say("The program did not answer: what you chose last may not be saved. Choose it again.", true);
    else if (waiting().length || doubt) say("Saving …");
    else if (own().length) say("Not saved: the program did not take a text; it is kept in this browser.", true);
    else if (owner()) say(lastSaved ? `Saved ${lastSaved}` : "All is saved");
  };
  let lastSaved = "";
  // What is chosen or counted is stored by the page's own events; whether somebody was there to store it is asked here.
  let doubt = false, missed = false;
  document.addEventListener("change", (event) => {
    if (!event.target.closest?.("#stage") || boxOf(event.target)) return;
    doubt = true;
    missed = false;
    later(PAUSE);
  }, true);

  // What the field held when it was entered is what page and server agree on, unless something of it is still under way.
  document.addEventListener("focusin", (event) => {
    const box = boxOf(event.target);
    if (box) saw(box.id, event.target.value);
  }, true);

  document.addEventListener("beforeinput", (event) => {
    const box = boxOf(event.target);
    if (box) saw(box.id, event.target.value);
  }, true);

  document.addEventListener("input", (event) => {
    const box = boxOf(event.target);
    if (!box) return;
    const key = keyOf(box.id), known = JSON.parse(disk.get(key) || "null");
    // The page's own events store texts on the way too, some of them late: all that it ever held counts as seen.
    if (!seen.has(box.id)) saw(box.id, "");
    const before = [...new Set([...(known ? known.before : []), ...seen.get(box.id)])].slice(-MOST);
    saw(box.id, event.target.value);
    disk.set(key, JSON.stringify({ page, text: event.target.value, before, at: Date.now() }));
    tell();
    clearTimeout(timer);
    timer = setTimeout(flush, PAUSE);
  }, true);

  const body = (some) => JSON.stringify(Object.fromEntries(some.map(({ id, text, before }) => [id, { text, before }])));

  const send = async () => {
    const some = waiting();
    // Of one field that several pages left behind, one at a time: the next is compared with what the first stored.
    if (!some.length && !doubt) { failures = 0; return true; }
    const first = some.filter((entry, at) => some.findIndex((other) => other.id === entry.id) === at);
    let answers;
    try {
      const stop = AbortSignal.timeout ? AbortSignal.timeout(20000) : undefined;
      const answer = await fetch("words", { method: "POST", headers: { "Content-Type": "application/json" }, body: body(first), signal: stop });
      if (!answer.ok) throw new Error(String(answer.status));
      answers = await answer.json();
    } catch {
      failures += 1;
      missed ||= doubt;
      doubt = false;
      return !waiting().length;
    }
    failures = 0;
    doubt = false;
    let stored = false, further = some.length > first.length;
    for (const entry of first) {
      const { outcome, theirs } = answers[entry.id] || { outcome: "refused" };
      if (outcome === "conflict") { ask(entry, theirs); continue; }
      stored ||= outcome === "stored";
      saw(entry.id, entry.text);
      const now = JSON.parse(disk.get(entry.key) || "null");
      if (now && now.text !== entry.text) {
        further = true; // typed on meanwhile
        continue;
      }
      if (outcome === "refused") {
        disk.set(entry.key, JSON.stringify({ ...now, refused: true }));
        continue;
      }
      disk.drop(entry.key);
      settle(entry.id, entry.text, 10);
    }
    if (!missed) lastSaved = new Date().toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });
    if (stored) document.getElementById("words-kept")?.click();
    if (further && !asking) later(0);
    return true;
  };

  const flush = () => {
    clearTimeout(timer);
    sending ??= send().then((done) => {
      sending = null;
      if (!done) later(AGAIN[Math.min(failures, AGAIN.length) - 1]);
      tell();
      return done;
    });
    return sending;
  };
  const later = (wait) => { clearTimeout(timer); timer = setTimeout(flush, wait); };

  // Puts a text into a field as if it had been typed, unless somebody is typing there.
  const show = (id, text, force = false) => {
    const field = fieldIn(id);
    if (!field || field.value === text || (!force && document.activeElement === field)) return;
    const type = field instanceof HTMLTextAreaElement ? HTMLTextAreaElement : HTMLInputElement;
    Object.getOwnPropertyDescriptor(type.prototype, "value").set.call(field, text);
    field.dispatchEvent(new Event("input", { bubbles: true }));
  };

  // An answer that left before the text was stored may still put back what was there: for a moment it is set right.
  const settle = (id, text, times) => {
    if (!disk.get(keyOf(id))) show(id, text);
    if (times > 0 && seen.get(id).at(-1) === digest(text)) setTimeout(() => settle(id, text, times - 1), 300);
  };

  const ask = (entry, theirs) => {
    if (asking) return;
    const box = document.getElementById(entry.id);
    const name = box?.querySelector("label span, label")?.textContent.trim() || "a field";
    const dialog = document.createElement("dialog");
    asking = dialog;
    dialog.className = "two-texts";
    dialog.setAttribute("aria-labelledby", "two-texts-title");
    dialog.innerHTML = `<h2 id="two-texts-title"></h2><p>It was changed in another window while you typed here. Nothing is lost: choose what stays.</p>
      <div class="two"><section><h3>Typed here</h3><pre></pre><button type="button" value="mine">Keep what I typed here</button></section>
      <section><h3>Changed elsewhere</h3><pre></pre><button type="button" value="theirs">Take the other text</button></section></div>
      <button type="button" value="both">Keep both, one below the other</button>`;
    dialog.querySelector("h2").textContent = `Two texts for “${name}”`;
    const [mine, other] = dialog.querySelectorAll("pre");
    mine.textContent = entry.text || "(empty)";
    other.textContent = theirs || "(empty)";
    const both = dialog.querySelector("button[value=both]");
    if (!fieldIn(entry.id)?.matches("textarea") || !entry.text || !theirs) both.remove();
    dialog.addEventListener("cancel", (event) => event.preventDefault());
    dialog.addEventListener("click", (event) => {
      const choice = event.target.closest("button")?.value;
      if (!choice) return;
      const now = JSON.parse(disk.get(entry.key) || "null") || entry;
      const text = { mine: now.text, theirs, both: `${theirs}\n\n${now.text}` }[choice];
      dialog.close();
      dialog.remove();
      asking = null;
      saw(entry.id, theirs);
      if (choice === "theirs") disk.drop(entry.key);
      else disk.set(entry.key, JSON.stringify({ page: now.page, text, before: [digest(theirs)], at: Date.now() }));
      show(entry.id, text, true);
      later(0);
      tell();
    });
    (document.querySelector(".gradio-container") || document.body).append(dialog);
    dialog.showModal();
    tell();
  };

  // A press may replace what was typed: what was typed before it is stored before it.
  const replayed = new WeakSet();
  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("button:not([role=tab])");
    if (!button || button.id === "words-kept" || button.closest("dialog, .rail") || replayed.delete(button) || !waiting().length) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    const given = new Promise((resolve) => setTimeout(resolve, 2000));
    const all = async () => { while (waiting().length && !asking && await flush()) { /* what was typed meanwhile too */ } };
    Promise.race([all(), given]).then(() => { replayed.add(button); button.click(); });
  }, true);

  // A link may be pasted anywhere on its page; it is checked as soon as it is stored.
  document.addEventListener("paste", (event) => {
    const place = (document.documentElement.dataset.place || "").match(/^(p\d)-colab$/);
    const field = place && fieldIn(`${place[1]}-colab-link`);
    if (!field || field.disabled || (event.target !== field && event.target.matches?.("input, textarea, [contenteditable]"))) return;
    const text = event.clipboardData?.getData("text") || "";
    if (!text.includes("://")) return;
    event.preventDefault();
    show(field.closest("[id$='-colab-link']").id, text.trim(), true);
    flush().then(() => document.getElementById(`${place[1]}-colab-check`)?.click());
  }, true);

  window.addEventListener("pagehide", () => {
    const left = own();
    if (left.length) navigator.sendBeacon("words", new Blob([body(left)], { type: "application/json" }));
  });

  // What an earlier page or a dead program left behind is sent as soon as it is known whose page this is.
  const begin = (tries) => {
    if (owner()) {
      for (const { key, page: from, at } of entries()) if (from !== page && Date.now() - at > LEFT) adopted.add(key);
      if (own().length) flush();
      tell();
    } else if (tries > 0) setTimeout(() => begin(tries - 1), 200);
  };
  begin(300);
  window.addEventListener("online", () => later(0));
  setInterval(() => { if (failures === 0 && !sending && waiting().length && !asking) later(0); tell(); }, 3000);
})();
