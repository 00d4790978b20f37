// The slider over days: says the day while it is moved, goes there when it is let go. Without this, its button does.
(function () {
  "use strict";
  const slider = document.querySelector("input[type=range][data-days]");
  if (!slider) return;
  const days = slider.dataset.days.split(" ");
  const shown = slider.closest("label").querySelector("output");
  const write = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", year: "numeric", timeZone: "UTC" });
  slider.addEventListener("input", function () {
    shown.value = write.format(new Date(days[Number(slider.value)] + "T00:00:00Z"));
  });
  slider.addEventListener("change", function () { slider.form.requestSubmit(); });
})();
