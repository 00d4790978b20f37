// The lots around a lot: columns are steps, boxes lots or folded groups of them. Moves, zooms, folds; the lists on the
// page say the same without it. Draws only what is unfolded, so that thousands of lots stay quick.
(function () {
  "use strict";
  const SVG = "http://www.w3.org/2000/svg";
  const COLUMN = 210, ROW = 54, WIDTH = 168, HEIGHT = 42;
  const READABLE = 0.85;
  const OPEN_ALL = 60, PIECE = 40; // lots that are shown unfolded at first; lots a press on "more" adds

  const figure = document.querySelector("[data-graph]");
  if (!figure) return;
  const svg = figure.querySelector("svg"), world = svg.querySelector("g"), status = figure.querySelector("[role=status]");

  function make(name, attributes, parent, text) {
    const element = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    if (text !== undefined) element.textContent = text;
    parent.append(element);
    return element;
  }
  const short = (text, most) => text.length > most ? text.slice(0, most - 1) + "…" : text;
  const mass = (kg) => kg === null ? "masked" : Number(kg).toLocaleString("en", { maximumFractionDigits: kg >= 10 ? 0 : 3 }) + " kg";

  function start(data) {
    const groups = new Map(); // key -> places of its lots, in order
    const keyOf = data.nodes.map((node) => [node.step, node.country, node.material].join("|"));
    keyOf.forEach((key, place) => { (groups.get(key) || groups.set(key, []).get(key)).push(place); });
    const shown = new Map(); // key -> how many of its lots are drawn; 0 is folded
    let view = { x: 0, y: 0, scale: 1 };

    function foldAll() {
      for (const [key, places] of groups) shown.set(key, places.length === 1 ? 1 : 0);
    }
    function unfoldAll() {
      for (const [key, places] of groups) shown.set(key, Math.min(places.length, PIECE));
    }
    if (data.nodes.length <= OPEN_ALL) unfoldAll(); else foldAll();

    // What stands in each column: lots, folded groups, and the heads that fold an unfolded group again.
    function layout() {
      const columns = new Map(), at = new Array(data.nodes.length), items = [];
      for (const [key, places] of groups) {
        const step = data.nodes[places[0]].step, count = shown.get(key);
        const column = columns.get(step) || columns.set(step, []).get(step);
        if (places.length > 1) column.push({ kind: count ? "head" : "group", key, places });
        for (const place of places.slice(0, count)) column.push({ kind: "lot", place });
        if (count && count < places.length) column.push({ kind: "more", key, places });
      }
      for (const [step, column] of columns) {
        column.forEach((item, row) => {
          item.x = step * COLUMN;
          item.y = (row - (column.length - 1) / 2) * ROW;
          items.push(item);
          if (item.kind === "lot") at[item.place] = item;
        });
        for (const item of column) {
          const rest = item.kind === "group" ? item.places : item.kind === "more" ? item.places.slice(shown.get(item.key)) : [];
          for (const place of rest) at[place] = item;
        }
      }
      return { items, at };
    }

    function draw() {
      const { items, at } = layout();
      world.replaceChildren();
      const lines = make("g", { class: "graph-links" }, world), seen = new Set(), ends = new Map();
      items.forEach((item, number) => { item.number = number; });
      for (const [parent, child] of data.links) {
        const a = at[parent], b = at[child], pair = a.number + "-" + b.number;
        if (a === b || seen.has(pair)) continue;
        seen.add(pair);
        const x1 = a.x + WIDTH / 2, x2 = b.x - WIDTH / 2, middle = (x1 + x2) / 2;
        const line = make("path", { d: `M${x1} ${a.y}C${middle} ${a.y} ${middle} ${b.y} ${x2} ${b.y}` }, lines);
        for (const item of [a, b]) (ends.get(item) || ends.set(item, []).get(item)).push(line);
      }
      for (const item of items) box(item, ends.get(item) || []);
      status.textContent = `${items.filter((item) => item.kind === "lot").length.toLocaleString("en")} of ${data.nodes.length.toLocaleString("en")} lots unfolded`;
    }

    function box(item, lines) {
      const lot = item.kind === "lot" ? data.nodes[item.place] : data.nodes[item.places[0]];
      const href = item.kind === "lot" && lot.href;
      const holder = make(href ? "a" : "g", href ? { href } : item.kind === "lot" ? {} : { role: "button", tabindex: "0" }, world);
      const flags = item.kind === "lot" ? [lot.flag] : item.places.map((place) => data.nodes[place].flag);
      const flag = flags.includes("violation") ? " bad" : flags.includes("warning") ? " warn" : "";
      const asked = item.kind === "lot" && lot.id === data.asked ? " asked" : "";
      holder.setAttribute("class", "graph-" + item.kind + flag + asked);
      make("rect", { x: item.x - WIDTH / 2, y: item.y - HEIGHT / 2, width: WIDTH, height: HEIGHT, rx: 4 }, holder);
      const words = wording(item, lot);
      make("title", {}, holder, words.title + (flag ? `, open ${flag.trim() === "bad" ? "violation" : "warning"}` : ""));
      make("text", { x: item.x, y: item.y - 3, class: "tb" }, holder, (flag ? "▲ " : "") + short(words.first, flag ? 20 : 22));
      make("text", { x: item.x, y: item.y + 13 }, holder, short(words.second, 27));
      const mark = (on) => lines.forEach((line) => line.classList.toggle("on", on));
      holder.addEventListener("pointerenter", () => mark(true));
      holder.addEventListener("pointerleave", () => mark(false));
      holder.addEventListener("focus", () => mark(true));
      holder.addEventListener("blur", () => mark(false));
      if (item.kind === "lot") return;
      holder.dataset.key = item.key;
      holder.setAttribute("aria-expanded", String(item.kind !== "group"));
      const press = () => toggle(item);
      holder.addEventListener("click", press);
      holder.addEventListener("keydown", (event) => {
        if (event.key !== "Enter" && event.key !== " ") return;
        event.preventDefault();
        press();
      });
    }

    function wording(item, lot) {
      const country = data.countries[lot.country] || lot.country || "country not stated";
      if (item.kind === "lot") return { first: lot.id, second: `${lot.material}, ${mass(lot.kg)}`, title: `${lot.id}, ${lot.material}, ${country}, ${mass(lot.kg)} dry` };
      const count = item.places.length.toLocaleString("en");
      if (item.kind === "more") {
        const rest = (item.places.length - shown.get(item.key)).toLocaleString("en");
        return { first: `${rest} more`, second: "press to unfold some", title: `${rest} more lots of ${lot.material}, ${country}` };
      }
      const verb = item.kind === "head" ? "fold" : "unfold";
      return { first: `${count} lots`, second: `${country}, ${lot.material}`, title: `${count} lots of ${lot.material}, ${country}: press to ${verb}` };
    }

    function toggle(item) {
      const count = shown.get(item.key);
      shown.set(item.key, item.kind === "head" ? 0 : Math.min(item.places.length, count + PIECE));
      draw();
      // What was pressed is drawn anew: the keyboard stays where it was.
      [...world.children].find((holder) => holder.dataset.key === item.key)?.focus();
    }

    function place() {
      world.setAttribute("transform", `translate(${view.x} ${view.y}) scale(${view.scale})`);
    }
    function fit() {
      const size = svg.getBoundingClientRect(), drawn = world.getBBox();
      if (!drawn.width || !size.width) return;
      view.scale = Math.max(0.05, Math.min(1.2, (size.width - 32) / drawn.width, (size.height - 32) / drawn.height));
      view.x = size.width / 2 - (drawn.x + drawn.width / 2) * view.scale;
      view.y = size.height / 2 - (drawn.y + drawn.height / 2) * view.scale;
      place();
    }
    // At first: as much as can be read, with the asked lot in the middle.
    function centre() {
      fit();
      if (view.scale >= READABLE) return;
      const size = svg.getBoundingClientRect();
      const asked = world.querySelector(".asked rect")?.getBBox() || { x: 0, y: 0, width: 0, height: 0 };
      view = { scale: READABLE, x: size.width / 2 - (asked.x + asked.width / 2) * READABLE, y: size.height / 2 - (asked.y + asked.height / 2) * READABLE };
      place();
    }
    function zoom(by, x, y) {
      const size = svg.getBoundingClientRect(), scale = Math.max(0.05, Math.min(3, view.scale * by));
      const cx = x ?? size.width / 2, cy = y ?? size.height / 2;
      view = { scale, x: cx - (cx - view.x) * scale / view.scale, y: cy - (cy - view.y) * scale / view.scale };
      place();
    }
    function move(x, y) { view.x += x; view.y += y; place(); }

    const acts = {
      in: () => zoom(1.3), out: () => zoom(1 / 1.3), fit,
      fold: () => { foldAll(); draw(); fit(); },
      unfold: () => { unfoldAll(); draw(); fit(); },
    };
    figure.addEventListener("click", (event) => acts[event.target.closest("[data-do]")?.dataset.do]?.());
    svg.addEventListener("wheel", (event) => {
      if (!event.ctrlKey && !event.metaKey) return; // else the page scrolls
      event.preventDefault();
      const size = svg.getBoundingClientRect();
      zoom(Math.exp(-event.deltaY / 300), event.clientX - size.left, event.clientY - size.top);
    }, { passive: false });
    const keys = { ArrowLeft: () => move(60, 0), ArrowRight: () => move(-60, 0), ArrowUp: () => move(0, 60), ArrowDown: () => move(0, -60), "+": acts.in, "-": acts.out, 0: fit };
    svg.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey || !keys[event.key]) return;
      event.preventDefault();
      keys[event.key]();
    });
    let held = null;
    svg.addEventListener("pointerdown", (event) => { held = { x: event.clientX, y: event.clientY, far: 0 }; });
    window.addEventListener("pointermove", (event) => {
      if (!held) return;
      const x = event.clientX - held.x, y = event.clientY - held.y;
      held = { x: event.clientX, y: event.clientY, far: held.far + Math.abs(x) + Math.abs(y) };
      move(x, y);
    });
    window.addEventListener("pointerup", () => {
      // A drag that ends on a lot is no press on it.
      if (held?.far > 6) svg.addEventListener("click", (event) => { event.preventDefault(); event.stopPropagation(); }, { capture: true, once: true });
      held = null;
    });

    figure.hidden = false;
    draw();
    centre();
  }

  fetch(figure.dataset.graph, { headers: { Accept: "application/json" } })
    .then((answer) => answer.ok ? answer.json() : Promise.reject(answer.status))
    .then(start)
    .catch(() => { /* the lists below say the same */ });
})();
