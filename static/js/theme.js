/* Loaded in <head>, blocking and tiny: the chosen theme is on <html> before the first paint.
   Buttons: [data-theme-choice="light|dark|system"]. No choice, no attribute: the system decides. */
(() => {
  const root = document.documentElement;
  const read = () => { try { return localStorage.getItem("theme"); } catch { return null; } };
  const apply = () => {
    const theme = read();
    if (theme === "light" || theme === "dark") root.dataset.theme = theme;
    else delete root.dataset.theme;
    document.querySelectorAll("[data-theme-choice]").forEach((button) => {
      button.setAttribute("aria-pressed", String(button.dataset.themeChoice === (root.dataset.theme || "system")));
    });
  };
  root.dataset.js = "";
  apply();
  document.addEventListener("DOMContentLoaded", apply);
  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("[data-theme-choice]");
    if (!button) return;
    try { localStorage.setItem("theme", button.dataset.themeChoice); } catch { root.dataset.theme = button.dataset.themeChoice; return; }
    apply();
  });
  addEventListener("storage", apply);
})();
