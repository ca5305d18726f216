/* What every page shares. Listeners sit on the document, so fragments that arrive later behave like the rest.
   window.flatplan has announce(text), toast(text, kind), load(url, options) and place(target, html) for the other scripts. */
(() => {
  "use strict";
  const $ = (selector, within = document) => within.querySelector(selector);
  const all = (selector, within = document) => Array.from(within.querySelectorAll(selector));
  const on = (type, selector, act) => document.addEventListener(type, event => {
    const hit = event.target instanceof Element && event.target.closest(selector);
    if (hit) act(hit, event);
  });

  /* ---- saying things ---- */
  function announce(text) {  // to screen readers only
    const region = $("#announce");
    region.textContent = "";
    setTimeout(() => { region.textContent = text; }, 60);
  }

  const icon = name => {
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    svg.setAttribute("class", "icon");
    svg.setAttribute("aria-hidden", "true");
    const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
    use.setAttribute("href", "#i-" + name);
    svg.append(use);
    return svg;
  };

  function leave(line) {  // an error stays until the next page; the rest goes after 6 seconds, later while it is being read
    if (line.classList.contains("toast--error")) return;
    setTimeout(() => (line.matches(":hover, :focus-within") ? leave(line) : line.remove()), 6000);
  }

  function toast(text, kind = "ok") {
    const line = document.createElement("p"), words = document.createElement("span");
    line.className = kind === "error" ? "toast toast--error" : "toast";
    words.textContent = text;
    line.append(icon({ error: "alert-octagon", warn: "alert-triangle" }[kind] || "check"), words);
    $("#toasts").append(line);
    leave(line);
  }

  function sayFlashed() {  // a live region speaks only of what changes in it, so what came with the page is put in anew
    const lines = all("#toasts > .toast");
    if (!lines.length) return;
    $("#toasts").replaceChildren();
    setTimeout(() => { $("#toasts").append(...lines); lines.forEach(leave); }, 60);
  }
  // an act answers 204 with the header HX-Trigger: {"toast": {"text": "Slot released.", "kind": "ok"}}
  document.addEventListener("toast", event => toast(event.detail.text || event.detail.value, event.detail.kind));

  /* ---- fragments ---- */
  async function load(url, options = {}) {  // text of a fragment; throws on a failed connection or a server error
    const headers = { "HX-Request": "true", ...options.headers };
    const answer = await fetch(url, { credentials: "same-origin", ...options, headers });
    if (answer.status >= 500) throw new Error(answer.status + " from " + url);
    return answer.text();
  }

  function place(target, html) {
    target.innerHTML = html;
    if (window.htmx) window.htmx.process(target);
    begin(target);
  }

  /* ---- menus: one open at a time, Esc and a click elsewhere close them ---- */
  document.addEventListener("click", event => {
    all("details.menu[open]").forEach(menu => { if (!menu.contains(event.target)) menu.open = false; });
  });
  document.addEventListener("keydown", event => {
    if (event.key !== "Escape") return;
    all("details.menu[open]").forEach(menu => { menu.open = false; $("summary", menu).focus(); });
  });

  /* ---- dialogs ---- */
  on("click", "[data-dialog]", button => document.getElementById(button.dataset.dialog).showModal());
  on("click", "dialog", (dialog, event) => { if (event.target === dialog) dialog.close(); });

  /* ---- segmented buttons; whoever cares listens for "pick" ---- */
  on("click", ".seg button[aria-pressed]", button => {
    const seg = button.closest(".seg");
    all("button[aria-pressed]", seg).forEach(other => other.setAttribute("aria-pressed", String(other === button)));
    seg.dispatchEvent(new CustomEvent("pick", { detail: button, bubbles: true }));
  });

  /* ---- printing the page: data-print ---- */
  on("click", "[data-print]", () => print());

  /* ---- copying: data-copy="text", or data-copy-from="id of a field or of a text" ---- */
  async function copy(text) {
    if (navigator.clipboard) return navigator.clipboard.writeText(text);
    const field = document.createElement("textarea");  // no clipboard over plain http
    field.className = "vh";
    field.value = text;
    document.body.append(field);
    field.select();
    const done = document.execCommand("copy");
    field.remove();
    if (!done) throw new Error("the browser refused");
    return undefined;
  }
  on("click", "[data-copy], [data-copy-from]", button => {
    const source = button.dataset.copyFrom && document.getElementById(button.dataset.copyFrom);
    const text = source ? ("value" in source ? source.value : source.textContent) : button.dataset.copy;
    copy(text).then(() => toast("Copied."), () => toast("Your browser does not let us copy. Select the text and copy it.", "error"));
  });

  /* ---- forms ---- */
  on("change", "form[data-autosubmit]", form => form.requestSubmit());
  document.addEventListener("click", event => {  // an unavailable button says why beside it, and does nothing
    if (event.target instanceof Element && event.target.closest('[aria-disabled="true"]')) {
      event.preventDefault();
      event.stopImmediatePropagation();
    }
  }, true);
  document.addEventListener("submit", event => {
    const button = event.submitter, form = event.target;
    setTimeout(() => {  // after the other listeners: whoever sends the form itself has prevented the default
      if (button && form.method === "post" && !event.defaultPrevented) button.setAttribute("aria-busy", "true");
    });
  });
  window.addEventListener("pageshow", () => all('.btn[aria-busy="true"]').forEach(button => button.removeAttribute("aria-busy")));

  /* ---- time left: data-countdown="ISO time", data-now="the server's time, ISO"; said at 5 minutes and 1 minute only ---- */
  const clock = seconds => {
    const two = number => String(number).padStart(2, "0");
    const hours = Math.floor(seconds / 3600), minutes = Math.floor(seconds / 60) % 60;
    if (hours >= 48) return Math.floor(hours / 24) + " days";
    return (hours ? hours + ":" + two(minutes) : minutes) + ":" + two(seconds % 60);
  };
  function count(element) {
    const out = $("[data-countdown-left]", element) || element;
    const ahead = element.dataset.now ? Date.parse(element.dataset.now) - Date.now() : 0;
    const end = Date.parse(element.dataset.countdown);
    let before = Infinity;
    const tick = () => {
      if (!element.isConnected) return clearInterval(timer);
      const left = Math.max(0, Math.ceil((end - Date.now() - ahead) / 1000));
      out.textContent = clock(left);
      for (const [seconds, words] of [[300, "5 minutes left on the hold."], [60, "1 minute left on the hold."]]) {
        if (before > seconds && before !== Infinity && left <= seconds) announce(words);
      }
      before = left;
      if (left > 0) return undefined;
      element.dispatchEvent(new CustomEvent("countdownover", { bubbles: true }));
      return clearInterval(timer);
    };
    const timer = setInterval(tick, 1000);
    element.hidden = false;
    tick();
  }

  function begin(within) {  // what needs doing once for each piece that arrives
    all("[data-countdown]:not([data-counting])", within).forEach(element => {
      element.dataset.counting = "";
      count(element);
    });
    const first = $("[data-focus]", within);  // the summary of a refused form
    if (first) { first.removeAttribute("data-focus"); first.focus(); }
  }
  window.flatplan = { announce, toast, load, place };
  begin(document);
  sayFlashed();
  document.addEventListener("htmx:after:swap", () => begin(document));
})();
