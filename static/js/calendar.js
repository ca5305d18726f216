/* The slot calendar: arrow keys between slots, filters by state and by sponsor, the docket as a fragment beside the table
   (below 64rem: in a sheet). Expects .slot links with data-docket, #docket, #docket-sheet; for the filters a form .filters
   with chips and #find, and #nomatch with a #clear button. */
(() => {
  "use strict";
  const slots = () => Array.from(document.querySelectorAll(".slot"));
  const filters = document.querySelector(".filters"), find = document.getElementById("find");
  const nomatch = document.getElementById("nomatch"), clear = document.getElementById("clear");

  function filter() {
    if (!filters) return;
    const states = Array.from(filters.querySelectorAll("input:checked"), box => box.value);
    const wanted = find ? find.value.trim().toLowerCase() : "";
    let any = false;
    slots().forEach(slot => {
      const fits = (!states.length || slot.dataset.state.split(" ").some(state => states.includes(state)))
        && (!wanted || slot.dataset.name.toLowerCase().includes(wanted));
      slot.classList.toggle("is-dim", !fits);
      any = any || fits;
    });
    if (nomatch) nomatch.hidden = any;
  }
  if (filters) {
    filters.addEventListener("change", filter);
    filters.addEventListener("input", filter);
    filters.addEventListener("submit", event => event.preventDefault());
    filter();
  }
  if (clear) clear.addEventListener("click", () => { filters.reset(); filter(); });

  function recount(page) {  // the figures on the chips; which of them are chosen stays as it is
    const figures = new Map(Array.from(page.querySelectorAll(".chip"), chip => [chip.querySelector("input").value, chip.querySelector(".n").textContent]));
    document.querySelectorAll(".chip").forEach(chip => { chip.querySelector(".n").textContent = figures.get(chip.querySelector("input").value) || "0"; });
  }

  /* ---- the docket ---- */
  const beside = document.getElementById("docket"), sheet = document.getElementById("docket-sheet");
  const wide = matchMedia("(min-width: 64rem)");
  const opened = slots().find(slot => slot.hasAttribute("aria-current"));
  let newest = opened ? opened.dataset.docket : "";

  async function show(slot) {
    const url = newest = slot.dataset.docket;
    slots().forEach(other => other.removeAttribute("aria-current"));
    slot.setAttribute("aria-current", "true");
    try {
      const html = await window.flatplan.load(url);
      if (url !== newest) return;  // another slot was chosen while this one was on its way
      if (wide.matches || !sheet) return window.flatplan.place(beside, html);
      window.flatplan.place(document.getElementById("docket-sheet-body"), html);
      if (!sheet.open) sheet.showModal();
    } catch {
      location.assign(slot.href);
    }
    return undefined;
  }
  document.addEventListener("click", event => {
    const slot = event.target instanceof Element && event.target.closest(".slot[data-docket]");
    if (!slot || event.metaKey || event.ctrlKey || event.shiftKey || event.button) return;
    event.preventDefault();
    show(slot);
  });

  // an act in the docket answers 204 with HX-Trigger: slotsChanged; headline, chips, table and docket are fetched again
  document.addEventListener("slotsChanged", async () => {
    const page = new DOMParser().parseFromString(await window.flatplan.load(location.href, { headers: { "HX-Request": "false" } }), "text/html");
    const fresh = page.querySelector(".slots"), current = newest;
    if (!fresh) return location.reload();
    document.querySelector(".slots").replaceWith(document.adoptNode(fresh));
    document.querySelector(".headline").replaceWith(document.adoptNode(page.querySelector(".headline")));
    recount(page);
    filter();
    const slot = slots().find(one => one.dataset.docket === current);
    return slot && show(slot);
  });

  /* ---- keys for the acts of the slot that has the focus: the docket is fetched, and its act opened; sending stays by hand ---- */
  const acts = { b: ["book"], h: ["hold"], x: ["block", "unblock"], m: ["move"], r: ["release"] };
  document.addEventListener("keydown", async event => {
    const slot = event.target instanceof Element && event.target.closest(".slot[data-docket]"), wanted = acts[event.key.toLowerCase()];
    if (!slot || !wanted || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    await show(slot);
    const place = wide.matches || !sheet ? beside : document.getElementById("docket-sheet-body");
    const act = wanted.map(name => place.querySelector(`[data-act="${name}"]`)).find(Boolean);
    if (!act) return window.flatplan.toast("That cannot be done with this slot.", "warn");
    const opened = act.querySelector("details");
    if (opened) opened.open = true;
    const first = act.querySelector("details input:not([type=hidden])") || act.querySelector("a, button, summary");
    if (!first) return undefined;
    first.focus();
    return first.tagName === "A" ? first.click() : undefined;
  });

  /* ---- arrow keys ---- */
  const step = { ArrowRight: [0, 1], ArrowLeft: [0, -1], ArrowDown: [1, 0], ArrowUp: [-1, 0] };
  document.addEventListener("keydown", event => {
    const slot = event.target instanceof Element && event.target.closest(".slot"), move = step[event.key];
    if (!slot || !move || event.altKey || event.ctrlKey || event.metaKey) return;
    const cell = slot.closest("td"), column = cell.cellIndex;
    let row = cell.parentElement, to = null;
    if (move[1]) to = row.cells[column + move[1]];
    else {
      do row = move[0] > 0 ? row.nextElementSibling : row.previousElementSibling;
      while (row && !row.querySelector(".slot"));
      to = row && row.cells[column];
    }
    const next = to && to.querySelector(".slot");
    if (next) { event.preventDefault(); next.focus(); }
  });
})();
