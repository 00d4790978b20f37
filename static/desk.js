// Comforts of the desk on top of pages that work without: boxes that search in long lists, keys in the flag inbox.
(function () {
  "use strict";
  const $ = window.django && window.django.jQuery;

  function enhance(root) {
    if (!$ || !$.fn.select2) return;
    $(root).find("select.pick-many").not("[name*=__prefix__]").each(function () {
      if (!this.classList.contains("select2-hidden-accessible")) $(this).select2({ width: "resolve", placeholder: "Search countries" });
    });
  }

  // The box that stands in for a list has no name of its own: it bears the label of the list.
  function name(root) {
    root.querySelectorAll("select.select2-hidden-accessible").forEach(function (list) {
      const label = list.labels[0]?.textContent.replace(/:\s*$/, "").trim();
      const box = list.nextElementSibling;
      box?.querySelectorAll("[role=combobox], [role=textbox], [role=searchbox]").forEach(function (part) {
        if (label) part.setAttribute("aria-label", label);
      });
    });
  }

  enhance(document);
  if ($) $(function () { setTimeout(name, 0, document); }); // after the admin has made its own boxes
  document.addEventListener("formset:added", function (event) {
    enhance(event.target);
    setTimeout(name, 0, event.target);
  });

  const rows = Array.from(document.querySelectorAll(".inbox a"));
  if (!rows.length) return;
  document.addEventListener("keydown", function (event) {
    const typing = event.target.closest("input,textarea,select,[contenteditable]");
    if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
    const here = rows.findIndex(function (row) { return row.hasAttribute("aria-current"); });
    if (event.key === "j") rows[Math.min(here + 1, rows.length - 1)].click();
    if (event.key === "k") rows[Math.max(here - 1, 0)].click();
    if (event.key === "i") document.getElementById("make")?.click();
    if (event.key === "s") document.getElementById("snooze")?.click();
    const fold = document.getElementById({ x: "dismiss", m: "merge" }[event.key] || "");
    if (fold) {
      fold.open = true;
      fold.querySelector("select").focus();
      event.preventDefault();
    }
  });
})();
