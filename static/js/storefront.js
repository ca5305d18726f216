/* The order slip. Prices are added up by the server: each tick asks the form's data-price-url for what is ticked, and the
   fragment that comes back replaces #order. Without this script the form is sent by its button. */
(() => {
  "use strict";
  const form = document.getElementById("order-form");
  if (!form || !form.dataset.priceUrl) return;
  let pending = null;

  function fillBar() {
    const order = document.getElementById("order"), bar = document.getElementById("orderbar");
    if (!order || !bar) return;
    bar.querySelector("[data-order-total]").textContent = order.dataset.total || "";
    bar.querySelector("[data-order-count]").textContent = order.dataset.count || "";
    bar.classList.toggle("is-empty", !order.dataset.total);
  }

  async function price() {
    if (pending) pending.abort();
    const mine = pending = new AbortController();
    const order = document.getElementById("order");
    order.setAttribute("aria-busy", "true");
    try {
      const picks = new URLSearchParams(new FormData(form));
      picks.delete("csrf_token");
      const html = await window.flatplan.load(form.dataset.priceUrl + "?" + picks, { signal: mine.signal });
      const fresh = new DOMParser().parseFromString(html, "text/html").getElementById("order");
      if (!fresh) throw new Error("no slip in the answer");
      order.replaceWith(document.adoptNode(fresh));
      if (window.htmx) window.htmx.process(fresh);
      fillBar();
      window.flatplan.announce(fresh.dataset.total ? fresh.dataset.count + ", " + fresh.dataset.total : "Nothing circled");
    } catch (error) {
      if (error.name === "AbortError") return;
      order.removeAttribute("aria-busy");
      window.flatplan.toast("The slip could not be added up. Check your connection and tick again.", "error");
    }
  }

  form.addEventListener("change", event => { if (event.target.matches(".pick__box")) price(); });
  // the promo code's button and the credits' box stand in the slip: they price what is ticked anew, and send nothing
  document.addEventListener("click", event => {
    const button = event.target instanceof Element && event.target.closest("button[data-reprice]");
    if (button) { event.preventDefault(); price(); }
  });
  document.addEventListener("change", event => { if (event.target.matches("input[data-reprice], select[data-reprice]")) price(); });
  document.addEventListener("keydown", event => {
    if (event.key === "Enter" && event.target.id === "promo-code" && event.target.form === form) { event.preventDefault(); price(); }
  });
  document.addEventListener("click", event => {
    const button = event.target instanceof Element && event.target.closest("[data-unpick]");
    if (!button) return;
    const box = Array.from(form.querySelectorAll(".pick__box")).find(one => one.value === button.dataset.unpick);
    if (!box) return;  // a date that is not on the page: the button sends the form
    event.preventDefault();
    box.checked = false;
    box.focus();
    price();
  });
  window.addEventListener("pageshow", () => {  // the browser may have put ticks back that the server's slip does not know
    if (Array.from(form.querySelectorAll(".pick__box")).some(box => box.checked !== box.defaultChecked)) price();
  });
  fillBar();
})();
