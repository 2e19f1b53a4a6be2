// Keeps a page of the sandbox up to date. The server writes all of the page; this only fetches it again
// when what it shows has changed, so the page works the same without it.
"use strict";

const EVERY = 1000;
let seen = null;

function offerCopying() {
  for (const button of document.querySelectorAll("button.copy")) {
    button.hidden = !navigator.clipboard;
  }
}

async function renew() {
  const answer = await fetch(location.pathname, { cache: "no-store" });
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("main");
  const focused = document.activeElement && document.activeElement.id;
  const before = document.querySelectorAll(".text.arrived").length;
  document.querySelector("main").replaceWith(fresh);
  offerCopying();
  if (focused && document.getElementById(focused)) {
    document.getElementById(focused).focus({ preventScroll: true });
  }
  const arrived = fresh.querySelectorAll(".text.arrived");
  if (arrived.length > before) {
    document.getElementById("news").textContent = arrived[0].querySelector(".body").textContent;
  }
}

async function look() {
  try {
    const text = await (await fetch(document.body.dataset.poll, { cache: "no-store" })).text();
    if (text !== seen) {
      await renew();
    }
    seen = text;
  } catch {
    // The sandbox has stopped, or is being restarted: look again in a while.
  }
  setTimeout(look, EVERY);
}

document.addEventListener("click", async (event) => {
  const button = event.target.closest("button.copy");
  if (button) {
    await navigator.clipboard.writeText(button.dataset.copy);
    document.getElementById("news").textContent = "Code copied";
  }
});

offerCopying();
look();
