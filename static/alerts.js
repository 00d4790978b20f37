// New messages of the portal as notifications of the browser, once the reader has said so. Without it, the page is whole.
(() => {
  "use strict";
  document.addEventListener("DOMContentLoaded", () => {
    const inbox = document.querySelector("[data-inbox]");
    if (!inbox || !("Notification" in window)) return;
    const button = inbox.querySelector("[data-notify]");
    let seen = null;
    const look = async () => {
      const answer = await fetch(inbox.dataset.inbox, { credentials: "same-origin" });
      if (!answer.ok) return;
      const { messages } = await answer.json();
      if (seen !== null) {
        for (const message of messages.filter((each) => !seen.has(each.id)).reverse()) {
          const shown = new Notification("SEAM", { body: message.title, tag: message.id });
          shown.onclick = () => window.open(message.page, "_self");
        }
      }
      seen = new Set(messages.map((each) => each.id));
    };
    const watch = () => {
      button.hidden = true;
      look().catch(() => {});
      setInterval(() => look().catch(() => {}), 15000);
    };
    if (Notification.permission === "granted") watch();
    else if (Notification.permission === "default") {
      button.hidden = false;
      button.addEventListener("click", async () => {
        if ((await Notification.requestPermission()) === "granted") watch();
        else button.textContent = "The browser does not allow notifications here";
      });
    }
  });
})();
