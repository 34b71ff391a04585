/* The admin theme keeps a light/dark choice of its own, in its own words: it follows the one of the whole site.
   Loaded in <head> after theme.js and before the theme's own scripts read their memory. */
(() => {
  const root = document.documentElement;
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const follow = () => {
    const choice = root.dataset.theme || "auto";
    try { localStorage.setItem("_x_adminTheme", JSON.stringify(choice)); } catch { /* it then follows the system */ }
    root.classList.toggle("dark", choice === "dark" || (choice === "auto" && dark.matches));
  };
  follow();
  new MutationObserver(follow).observe(root, { attributes: true, attributeFilter: ["data-theme"] });
  dark.addEventListener("change", follow);
})();
