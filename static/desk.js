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

  // What is offered already stays: a button put anew while it is pressed would lose the press.
  function show(box, buttons) {
    const words = function (list) { return Array.from(list).map(function (each) { return each.textContent; }).join("\n"); };
    if (words(box.children) !== words(buttons)) box.replaceChildren(...buttons);
  }

  // How a date is read, beside its field: to the day, the month or the year, years of the Buddhist era too.
  const MONTHS = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
    "November", "December"];
  function readDate(text) {
    const found = text.trim().match(/^(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?$/);
    if (!found) return "";
    const year = Number(found[1]) >= 2400 ? Number(found[1]) - 543 : Number(found[1]);
    const month = found[2] && MONTHS[Number(found[2]) - 1];
    if (year < 1800 || year > 2200) return "";
    if (!found[2]) return "the year " + year;
    if (!month) return "";
    if (!found[3]) return "the month " + month + " " + year;
    const day = new Date(year, Number(found[2]) - 1, Number(found[3]));
    return day.getDate() === Number(found[3]) ? "the day " + day.getDate() + " " + month + " " + year : "";
  }
  document.addEventListener("input", function (event) {
    const field = event.target;
    if (!field.matches || !field.matches("input.date-in")) return;
    let hint = field.parentElement.querySelector("output.read");
    if (!hint) {
      hint = document.createElement("output");
      hint.className = "read small";
      field.after(hint);
    }
    const words = readDate(field.value);
    hint.textContent = words ? "Read as " + words : "";
  });

  // HS codes of the minerals ticked, offered beside the field; a press adds one.
  function suggest(row) {
    const field = row.querySelector("input[name$=-hs]");
    if (!field) return;
    let box = field.closest(".val").querySelector(".suggest");
    if (!box) {
      box = document.createElement("div");
      box.className = "suggest";
      field.closest(".val").append(box);
    }
    const typed = field.value.split(/[\s,;]+/);
    const offered = Array.from(row.querySelectorAll("input[data-hs]:checked")).flatMap(function (tick) {
      return tick.dataset.hs.split(";");
    }).filter(function (words) { return words && !typed.some(function (code) { return code && words.startsWith(code); }); });
    show(box, offered.slice(0, 12).map(function (words) {
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

  // The other way: minerals that are traded under the codes typed, offered beside their boxes; a press ticks one.
  function suggestMinerals(row) {
    const field = row.querySelector("input[name$=-hs]");
    const ticks = Array.from(row.querySelectorAll("input[data-hs]"));
    if (!field || !ticks.length) return;
    const place = ticks[0].closest(".val");
    let box = place.querySelector(".suggest");
    if (!box) {
      box = document.createElement("div");
      box.className = "suggest";
      place.append(box);
    }
    const typed = field.value.split(/[\s,;]+/).filter(function (code) { return code.length >= 4; });
    const fitting = ticks.filter(function (tick) {
      return !tick.checked && tick.dataset.hs.split(";").some(function (words) {
        const code = words.split(" ")[0];
        return code && typed.some(function (own) { return own.startsWith(code) || code.startsWith(own); });
      });
    });
    show(box, fitting.map(function (tick) {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = "+ " + tick.labels[0].textContent.trim();
      button.addEventListener("click", function () {
        tick.checked = true;
        tick.dispatchEvent(new Event("change", { bubbles: true }));
      });
      return button;
    }));
  }

  document.querySelectorAll("#instrument_form, #enforcementrecord_form").forEach(previewInPlace);
  const record = document.getElementById("instrument_form");
  if (record) {
    const rowsOf = function () { return record.querySelectorAll("[id^=measures-]:not([id$=empty]):not([id$=group])"); };
    // The direction that a kind of measure usually has, until another is chosen.
    record.addEventListener("change", function (event) {
      if (!event.target.matches("select[data-usual]")) return;
      const direction = event.target.closest("[id^=measures-]").querySelector("select[name$=-direction]");
      const usual = JSON.parse(event.target.dataset.usual)[event.target.value];
      if (direction && !direction.value && usual) direction.value = usual;
    });
    const both = function (row) { suggest(row); suggestMinerals(row); };
    rowsOf().forEach(both);
    ["change", "input"].forEach(function (happening) {
      record.addEventListener(happening, function (event) {
        const row = event.target.closest("[id^=measures-]");
        if (row && event.target.matches("input[data-hs], input[name$=-hs]")) both(row);
      });
    });
    keep(record);
    record.addEventListener("dragover", function (event) { if (event.target.matches("input[type=file]")) event.target.classList.add("over"); });
    record.addEventListener("dragleave", function (event) { event.target.classList.remove("over"); });
  }

  const happening = document.getElementById("enforcementrecord_form");
  if (happening) keep(happening);

  // A preview is asked for without leaving the page, so that files chosen stay chosen; what is wrong is shown as ever.
  function previewInPlace(form) {
    form.addEventListener("submit", function (event) {
      const button = event.submitter;
      if (!button || button.name !== "_preview" || button.dataset.plain) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      const again = function () { button.dataset.plain = "1"; form.requestSubmit(button); };
      button.disabled = true;
      fetch(location.href, { method: "POST", body: dataOf(form, button) }).then(function (answer) {
        return answer.ok ? answer.text() : Promise.reject(new Error(String(answer.status)));
      }).then(function (html) {
        const page = new DOMParser().parseFromString(html, "text/html");
        const will = page.getElementById("will");
        button.disabled = false;
        if (!will || page.querySelector(".wrong, #errors")) return again();
        document.getElementById("will").replaceWith(will);
        will.tabIndex = -1;
        will.focus();
      }).catch(function () { button.disabled = false; again(); });
    });
  }

  function dataOf(form, button) {
    const data = new FormData(form);
    data.append(button.name, button.value);
    return data;
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
