// Keeps a page of the sandbox up to date. The server writes all of it; this only fetches it again every
// second and shows what has changed, so that the page works the same, on reload, without it.
"use strict";

const EVERY = 1000;
let seen = null;

function offerCopying() {
  for (const button of document.querySelectorAll("button.copy")) {
    button.hidden = !navigator.clipboard;
  }
}

function announce(text) {
  document.getElementById("news").textContent = text;
}

function arrivals(root) {
  return [...root.querySelectorAll(".text.arrived")];
}

function show(page) {
  const fresh = new DOMParser().parseFromString(page, "text/html").querySelector("main");
  if (!fresh) {
    return;
  }
  const known = new Set(arrivals(document).map((text) => text.dataset.sid));
  const focused = document.activeElement ? document.activeElement.id : "";
  document.querySelector("main").replaceWith(fresh);
  offerCopying();
  const again = focused && document.getElementById(focused);
  if (again) {
    again.focus({ preventScroll: true });
  }
  const news = arrivals(fresh).find((text) => !known.has(text.dataset.sid));
  if (news) {
    announce(news.querySelector(".body").textContent);
  }
}

async function look() {
  try {
    const answer = await fetch(location.pathname, { cache: "no-store" });
    const page = await answer.text();
    if (answer.ok && page !== seen) {
      show(page);
      seen = page;
    }
  } catch {
    // The sandbox has stopped, or is being restarted: look again in a while.
  }
  setTimeout(look, EVERY);
}

document.addEventListener("click", async (event) => {
  const button = event.target.closest("button.copy");
  if (button) {
    await navigator.clipboard.writeText(button.dataset.copy);
    announce("Code copied");
  }
});

offerCopying();
look();
