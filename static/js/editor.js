/* The copy editor: rulers that count as the server does, and a preview that the server renders.
   Ruler: a field with data-limit, data-unit="words|characters" and data-measure="id of its .measure".
   Preview: a form with data-preview-url and data-preview-target="id"; sent 300 ms after typing stops. */
(() => {
  "use strict";
  const SPACE = "\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000";  // what Python's str.split() splits at
  const RUNS = new RegExp("[^" + SPACE + "]+", "gu"), ENDS = new RegExp("^[" + SPACE + "]+|[" + SPACE + "]+$", "gu");
  const words = text => (text.match(RUNS) || []).length;
  const characters = text => Array.from(text.replace(ENDS, "")).length;
  const WIDTH = 160, OVER = 1.25;  // the ruler goes on for a quarter past the limit

  function draw(name, attributes) {
    const element = document.createElementNS("http://www.w3.org/2000/svg", name);
    Object.entries(attributes).forEach(([key, value]) => element.setAttribute(key, value));
    return element;
  }

  function rule(svg, limit) {  // ticks: ones and tens for words, tens and hundreds for characters
    const step = [1, 10, 100].find(one => limit * OVER / one <= 100) || 1000;
    const long = limit / step > 20 ? 10 : 2, span = limit * OVER;
    const fill = draw("rect", { class: "fill", x: 0, y: 11, height: 7, width: 0 });
    svg.replaceChildren(fill);
    for (let number = 0; number * step <= span; number++) {
      const x = number * step / span * WIDTH, ten = number % long === 0;
      svg.append(draw("line", { class: ten ? "tick tick--ten" : "tick", x1: x, x2: x, y1: ten ? 9 : 13, y2: 18, "vector-effect": "non-scaling-stroke" }));
    }
    const cap = limit / span * WIDTH;
    svg.append(draw("line", { class: "cap", x1: cap, x2: cap, y1: 2, y2: 18, "vector-effect": "non-scaling-stroke" }));
    return length => fill.setAttribute("width", Math.min(length / span, 1) * WIDTH);
  }

  function measure(input) {
    const box = document.getElementById(input.dataset.measure), out = box.querySelector("output");
    const limit = Number(input.dataset.limit), unit = input.dataset.unit, refused = input.getAttribute("aria-invalid") === "true";
    const length = unit === "words" ? words : characters, fill = rule(box.querySelector("svg"), limit);
    let was = false;
    const update = typed => {
      const number = length(input.value), over = number > limit;
      fill(number);
      box.classList.toggle("is-over", over);
      const noun = (over ? number : limit) === 1 ? unit.slice(0, -1) : unit;
      out.textContent = over ? number + " " + noun + ", " + (number - limit) + " over" : number + " of " + limit + " " + noun;
      if (typed || over || !refused) input.setAttribute("aria-invalid", String(over));
      if (typed && over !== was) window.flatplan.announce(over ? "Over the limit of " + limit + " " + unit : "Within the limit");
      was = over;
    };
    input.addEventListener("input", () => update(true));
    update(false);
  }
  document.querySelectorAll("[data-limit][data-measure]").forEach(measure);

  function preview(form) {
    const target = document.getElementById(form.dataset.previewTarget);
    let timer = 0, pending = null;
    const refresh = async () => {
      if (pending) pending.abort();
      pending = new AbortController();
      try {
        const html = await window.flatplan.load(form.dataset.previewUrl, { method: "POST", body: new URLSearchParams(new FormData(form)), signal: pending.signal });
        window.flatplan.place(target, html);
        target.classList.remove("is-stale");
      } catch (error) {
        if (error.name !== "AbortError") target.classList.add("is-stale");
      }
    };
    form.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(refresh, 300); });
  }
  document.querySelectorAll("form[data-preview-url]").forEach(preview);

  /* light and dark mail app; top and foot of the issue (data-jump="id of a block in the galley") */
  document.addEventListener("pick", event => {
    const button = event.detail, galley = button.dataset.mailOf && document.getElementById(button.dataset.mailOf);
    if (galley) galley.dataset.mail = button.dataset.mail;
    const block = button.dataset.jump && document.getElementById(button.dataset.jump);
    if (block) block.scrollIntoView({ block: "nearest", behavior: matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth" });
  });
})();
