// Comforts on top of pages that work without: the reader's own theme, "/" to search, a print button.
(function () {
  "use strict";
  const root = document.documentElement;
  const kept = function () { try { return localStorage.getItem("seam-theme"); } catch { return null; } };
  const keep = function (theme) { try { localStorage.setItem("seam-theme", theme); } catch { /* the choice lasts for this page */ } };
  if (kept()) root.dataset.theme = kept(); // before the first paint: this file is loaded in the head, not deferred

  document.addEventListener("DOMContentLoaded", function () {
    document.querySelectorAll("[data-js]").forEach(function (part) { part.hidden = false; });
    document.addEventListener("click", function (event) {
      const action = event.target.closest("[data-js]")?.dataset.js;
      if (action === "print") window.print();
      if (action === "theme") {
        const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme:dark)").matches;
        root.dataset.theme = dark ? "light" : "dark";
        keep(root.dataset.theme);
      }
    });
    // Paper has no way to unfold what is folded.
    window.addEventListener("beforeprint", function () {
      document.querySelectorAll("main details").forEach(function (part) { part.open = true; });
    });
    document.addEventListener("keydown", function (event) {
      const typing = event.target.closest("input,textarea,select,[contenteditable]");
      if (event.key !== "/" || typing || event.ctrlKey || event.metaKey || event.altKey) return;
      document.querySelector(".find input")?.focus();
      event.preventDefault();
    });
  });
})();
