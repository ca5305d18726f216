/* Runs before paint: a stored choice wins over the system setting. */
(() => {
  "use strict";
  const key = "theme", root = document.documentElement;
  const stored = () => { try { return localStorage.getItem(key); } catch { return null; } };
  const store = value => { try { localStorage.setItem(key, value); } catch { return; } };

  if (stored() === "light" || stored() === "dark") root.dataset.bsTheme = stored();

  document.addEventListener("click", event => {
    if (!event.target.closest("[data-theme-toggle]")) return;
    const dark = root.dataset.bsTheme
      ? root.dataset.bsTheme === "dark"
      : matchMedia("(prefers-color-scheme: dark)").matches;
    root.dataset.bsTheme = dark ? "light" : "dark";
    store(root.dataset.bsTheme);
    document.dispatchEvent(new CustomEvent("themechange"));
  });
})();
