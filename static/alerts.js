// New messages of the portal appear on its open page, and as notifications of the browser where the reader allows them.
// Without it, the page is whole and shows what had come when it was opened.
(() => {
  "use strict";
  const EVERY = 5000;
  document.addEventListener("DOMContentLoaded", () => {
    const inbox = document.querySelector("[data-inbox]");
    if (!inbox) return;
    const button = inbox.querySelector("[data-notify]");
    const news = inbox.querySelector("[data-news]");
    const shown = () => new Set([...inbox.querySelectorAll("[data-id]")].map((row) => row.dataset.id));
    // a message that was told is not told again by this page, even where the list has grown past it
    const told = shown();
    const fetched = async (url) => {
      const answer = await fetch(url, { credentials: "same-origin" });
      if (!answer.ok) throw new Error(answer.status);
      return answer;
    };
    const redraw = async () => {
      const text = await (await fetched(location.pathname)).text();
      const list = new DOMParser().parseFromString(text, "text/html").querySelector("[data-list]");
      if (list) inbox.querySelector("[data-list]").replaceWith(list);
    };
    const notify = (message) => {
      if (!("Notification" in window) || Notification.permission !== "granted") return;
      // the tag: other open pages of the portal tell of the same message, and the browser shows it once
      const made = new Notification("SEAM", { body: message.title, tag: message.id });
      made.onclick = () => {
        window.focus();
        if (message.page) location.assign(message.page);
      };
    };
    const look = async () => {
      const { messages } = await (await fetched(inbox.dataset.inbox)).json();
      const fresh = messages.filter((message) => !told.has(message.id));
      if (!fresh.length) return;
      fresh.forEach((message) => told.add(message.id));
      await redraw();
      news.textContent = fresh.length === 1 ? `New: ${fresh[0].title}` : `${fresh.length} new messages`;
      fresh.reverse().forEach(notify);
    };
    // one look ends before the next begins; a server that does not answer is asked again
    const watch = () => setTimeout(() => look().catch(() => {}).finally(watch), EVERY);
    watch();
    if (!("Notification" in window)) return;
    if (Notification.permission === "default") {
      button.hidden = false;
      button.addEventListener("click", async () => {
        const allowed = (await Notification.requestPermission()) === "granted";
        button.hidden = true;
        news.textContent = allowed
          ? "New messages come as notifications while this page is open."
          : "The browser does not allow notifications here; new messages appear in this list.";
      });
    }
  });
})();
