// Comforts of the desk on top of pages that work without: boxes that search in long lists, codes that are offered,
// what was typed and not sent, keys in the flag inbox.
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

  // HS codes of the minerals ticked, offered beside the field; a press adds one.
  function suggest(row) {
    const field = row.querySelector("input[name$=-hs]");
    if (!field) return;
    let box = row.querySelector(".suggest");
    if (!box) {
      box = document.createElement("div");
      box.className = "suggest";
      field.closest(".val").append(box);
    }
    const typed = field.value.split(/[\s,;]+/);
    const offered = Array.from(row.querySelectorAll("input[data-hs]:checked")).flatMap(function (tick) {
      return tick.dataset.hs.split(";");
    }).filter(function (words) { return words && !typed.some(function (code) { return code && words.startsWith(code); }); });
    box.replaceChildren(...offered.slice(0, 12).map(function (words) {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = "+ " + words;
      button.addEventListener("click", function () {
        field.value = field.value.trim() ? field.value.trim() + ", " + words.split(" ")[0] : words.split(" ")[0];
        field.dispatchEvent(new Event("input", { bubbles: true }));
        suggest(row);
      });
      return button;
    }));
  }

  const record = document.getElementById("instrument_form");
  if (record) {
    const rowsOf = function () { return record.querySelectorAll("[id^=measures-]:not([id$=empty]):not([id$=group])"); };
    rowsOf().forEach(suggest);
    record.addEventListener("change", function (event) {
      const row = event.target.closest("[id^=measures-]");
      if (row) suggest(row);
    });
    keep(record);
    record.addEventListener("dragover", function (event) { if (event.target.matches("input[type=file]")) event.target.classList.add("over"); });
    record.addEventListener("dragleave", function (event) { event.target.classList.remove("over"); });
  }

  // What is typed is kept on this machine until it is sent, and offered again when the page was left without sending.
  function keep(form) {
    const place = "desk:" + location.pathname + location.search;
    const fresh = function () {
      return Array.from(new FormData(form).entries()).filter(function (pair) {
        return typeof pair[1] === "string" && pair[0] !== "csrfmiddlewaretoken";
      });
    };
    const store = window.localStorage;
    const first = JSON.stringify(fresh());
    const before = JSON.parse(store.getItem(place) || "null");
    if (before && before.typed !== first && !form.querySelector(".wrong")) offer(form, before, place);
    let timer;
    form.addEventListener("input", function () {
      clearTimeout(timer);
      timer = setTimeout(function () {
        store.setItem(place, JSON.stringify({ at: new Date().toISOString(), typed: JSON.stringify(fresh()) }));
      }, 600);
    });
    form.addEventListener("submit", function () { clearTimeout(timer); store.removeItem(place); });
  }

  function offer(form, before, place) {
    const note = document.createElement("p");
    note.className = "note q kept";
    note.append("You left this page at " + before.at.slice(0, 16).replace("T", " ") + " UTC without sending what you typed. ");
    const take = document.createElement("button");
    take.type = "button";
    take.className = "btn q";
    take.textContent = "Fill it in again";
    const drop = take.cloneNode();
    drop.textContent = "Forget it";
    take.addEventListener("click", function () { fill(form, JSON.parse(before.typed)); note.remove(); });
    drop.addEventListener("click", function () { window.localStorage.removeItem(place); note.remove(); });
    note.append(take, drop);
    form.prepend(note);
  }

  function fill(form, typed) {
    form.querySelectorAll("input[type=checkbox]").forEach(function (tick) { tick.checked = false; });
    form.querySelectorAll("select[multiple] option").forEach(function (option) { option.selected = false; });
    typed.forEach(function (pair) {
      Array.from(form.elements).filter(function (field) { return field.name === pair[0]; }).forEach(function (field) {
        if (field.type === "checkbox") { if (field.value === pair[1]) field.checked = true; }
        else if (field.multiple) Array.from(field.options).forEach(function (option) { if (option.value === pair[1]) option.selected = true; });
        else if (field.type !== "file" && !field.name.endsWith("_FORMS")) field.value = pair[1];
      });
    });
    if ($) $(form).find("select").trigger("change.select2");
  }

  // On a machine that several people use, nothing that was typed outlives the session.
  document.getElementById("logout-form")?.addEventListener("submit", function () {
    Object.keys(window.localStorage).filter(function (key) { return key.startsWith("desk:"); }).forEach(function (key) {
      window.localStorage.removeItem(key);
    });
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
