// Shows the values of a chart where it is pointed at, touched, or walked through with the arrow keys.
// A chart carries them in its attribute data-readings (see assistant/charts/tooltips.py).
(() => {
  const known = new WeakMap();
  let card = null;
  let shown = null;

  const readingsOf = (svg) => {
    if (!known.has(svg)) known.set(svg, JSON.parse(svg.dataset.readings));
    return known.get(svg);
  };

  const nearest = (panel, x, y) => {
    let best = 0;
    let least = Infinity;
    for (let index = 0; index < panel.words.length; index += 1) {
      const across = panel.x ? panel.x[index] - x : 0;
      const down = panel.y ? panel.y[index] - y : 0;
      const distance = across * across + down * down;
      if (distance < least) [best, least] = [index, distance];
    }
    return best;
  };

  const hide = () => {
    if (!shown) return;
    shown.rule?.remove();
    card.hidden = true;
    shown = null;
  };

  const show = (svg, panel, index) => {
    const at = readingsOf(svg)[panel];
    const [left, top, width, height] = at.box;
    if (!card) {
      card = document.createElement("div");
      card.className = "chart-reading";
      card.setAttribute("role", "status");
    }
    // Within the page, so that the colours of its look hold.
    const home = svg.closest(".gradio-container") || document.body;
    if (card.parentElement !== home) home.append(card);
    if (!shown || shown.svg !== svg) {
      hide();
      const rule = document.createElementNS("http://www.w3.org/2000/svg", "path");
      rule.setAttribute("class", "chart-rule");
      svg.append(rule);
      shown = { svg, rule };
    }
    Object.assign(shown, { panel, index });
    const x = at.x ? at.x[index] : left;
    const y = at.y ? at.y[index] : top;
    const cross = at.x && at.y;
    shown.rule.setAttribute("d", cross ? `M${x - 4} ${y}h8M${x} ${y - 4}v8` : at.x ? `M${x} ${top}v${height}` : `M${left} ${y}h${width}`);
    card.replaceChildren(...at.words[index].map((line) => {
      const row = document.createElement("div");
      row.textContent = line;
      return row;
    }));
    card.hidden = false;
    const place = new DOMPoint(x, y).matrixTransform(svg.getScreenCTM());
    const size = card.getBoundingClientRect();
    const right = place.x + 12 + size.width <= document.documentElement.clientWidth;
    card.style.left = `${Math.max(4, right ? place.x + 12 : place.x - 12 - size.width)}px`;
    card.style.top = `${Math.max(4, Math.min(place.y + 4, innerHeight - size.height - 4))}px`;
  };

  const point = (event) => {
    const svg = event.target.closest?.("svg.chart[data-readings]");
    if (!svg) return hide();
    const place = new DOMPoint(event.clientX, event.clientY).matrixTransform(svg.getScreenCTM().inverse());
    const panels = readingsOf(svg);
    const panel = panels.findIndex(({ box: [left, top, width, height] }) =>
      place.x >= left - 2 && place.x <= left + width + 2 && place.y >= top - 2 && place.y <= top + height + 2);
    if (panel < 0) return hide();
    show(svg, panel, nearest(panels[panel], place.x, place.y));
  };

  const walk = (event) => {
    const svg = event.target.closest?.("svg.chart[data-readings]");
    if (!svg) return;
    if (event.key === "Escape") return hide();
    const step = { ArrowLeft: -1, ArrowRight: 1, PageDown: 10, PageUp: -10, Home: -Infinity, End: Infinity }[event.key];
    const turn = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    const panels = readingsOf(svg);
    if (!panels.length || (step === undefined && turn === undefined)) return;
    event.preventDefault();
    const here = shown?.svg === svg ? shown : { panel: 0, index: -1 };
    // Bars beside their names go downwards; up and down then lead from bar to bar.
    const sideways = !panels[here.panel].x;
    const panel = sideways ? here.panel : Math.min(Math.max(here.panel + (turn || 0), 0), panels.length - 1);
    const last = panels[panel].words.length - 1;
    const by = step ?? (sideways ? turn : 0);
    show(svg, panel, Math.min(Math.max(here.index + by, 0), last));
  };

  document.addEventListener("pointermove", point);
  document.addEventListener("pointerdown", point);
  document.addEventListener("keydown", walk);
  document.addEventListener("focusout", hide);
  document.addEventListener("scroll", hide, true);
})();
