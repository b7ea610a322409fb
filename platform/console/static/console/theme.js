// Before the first paint: the theme the agent chose, else the system's.
(function () {
  const key = "console-theme";
  const system = window.matchMedia("(prefers-color-scheme: dark)");
  function chosen() {
    try { return localStorage.getItem(key) || "auto"; } catch (error) { return "auto"; }
  }
  function apply() {
    const theme = chosen();
    const dark = theme === "dark" || (theme === "auto" && system.matches);
    document.documentElement.classList.toggle("dark", dark);
    document.querySelectorAll("[data-theme]").forEach((button) => {
      button.setAttribute("aria-pressed", String(button.dataset.theme === theme));
    });
  }
  apply();
  system.addEventListener("change", apply);
  document.addEventListener("DOMContentLoaded", () => {
    document.documentElement.classList.add("js");
    document.querySelectorAll("[data-theme]").forEach((button) => {
      button.addEventListener("click", () => {
        try { localStorage.setItem(key, button.dataset.theme); } catch (error) { /* private */ }
        apply();
      });
    });
    apply();
  });
})();
