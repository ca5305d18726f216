/* Copy review: J and K go to the next and previous ad, A presses [data-review="approve"], R goes to [data-review="changes"].
   Only while no field has the focus; data-keys="off" on the .queue switches them off. Marked up or clean: a .seg in the .proof. */
(() => {
  "use strict";
  const queue = document.querySelector(".queue");
  if (!queue) return;

  function neighbour(by) {
    const links = Array.from(queue.querySelectorAll(".queue__list a"));
    const here = links.findIndex(link => link.hasAttribute("aria-current"));
    return links[here + by];
  }
  const act = {
    j: () => neighbour(1)?.click(),
    k: () => neighbour(-1)?.click(),
    a: () => queue.querySelector('[data-review="approve"]')?.click(),
    r: () => queue.querySelector('[data-review="changes"]')?.focus(),
  };
  document.addEventListener("keydown", event => {
    const typing = event.target instanceof Element && event.target.closest("input, textarea, select, [contenteditable], dialog[open]");
    if (typing || queue.dataset.keys === "off" || event.altKey || event.ctrlKey || event.metaKey || event.repeat) return;
    const doing = act[event.key.toLowerCase()];
    if (doing) { event.preventDefault(); doing(); }
  });

  document.addEventListener("pick", event => {
    const proof = event.target.closest(".proof");
    if (proof) proof.classList.toggle("is-clean", event.detail.value === "clean");
  });
})();
