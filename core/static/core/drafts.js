/* What was typed and not sent, kept in this browser for one person: "nitro-draft:<user>:<form>".

   window.nitroDrafts reads, writes and erases drafts by "<user>:<form>". All of them go at sign-out, in every
   tab, and those of other people as soon as somebody is in; none lives longer than a week. No passwords, no files. */
(function () {
  "use strict";

  var PREFIX = "nitro-draft:";
  var KEPT_MS = 7 * 24 * 3600 * 1000;
  var SIGNED_OUT = "nitro-signed-out";
  var isOver = false; // somebody signed out, here or in another tab: this page keeps nothing any more

  function listKeys() {
    try {
      return Object.keys(localStorage).filter(function (key) {
        return key.indexOf(PREFIX) === 0;
      });
    } catch (_error) {
      return []; // private windows may refuse
    }
  }

  function erase(name) {
    try {
      localStorage.removeItem(PREFIX + name);
    } catch (_error) {
      /* Nothing was kept there. */
    }
  }

  function eraseAll() {
    listKeys().forEach(function (key) {
      localStorage.removeItem(key);
    });
  }

  function write(name, values) {
    if (isOver) return;
    try {
      localStorage.setItem(PREFIX + name, JSON.stringify({ at: Date.now(), values: values }));
    } catch (_error) {
      /* Full or refused: the form works all the same. */
    }
  }

  /* Return the values of a draft, or null. */
  function read(name) {
    try {
      var draft = JSON.parse(localStorage.getItem(PREFIX + name) || "null");
      if (draft && Date.now() - draft.at < KEPT_MS) return draft.values;
    } catch (_error) {
      /* Unreadable is none. */
    }
    erase(name);
    return null;
  }

  function tellOtherTabs() {
    try {
      localStorage.setItem(SIGNED_OUT, String(Date.now()));
    } catch (_error) {
      /* Nothing can be kept in them either. */
    }
  }

  function eraseOthers() {
    var person = document.documentElement.dataset.signedIn;
    if (!person) return;
    listKeys().forEach(function (key) {
      if (key.indexOf(PREFIX + person + ":") !== 0) localStorage.removeItem(key);
    });
  }

  eraseOthers();
  document.addEventListener("submit", function (event) {
    if (!event.target.matches("form[action$='/sair/']")) return;
    isOver = true;
    eraseAll();
    tellOtherTabs();
  });
  window.addEventListener("storage", function (event) {
    if (event.key === SIGNED_OUT) isOver = true;
  });

  window.nitroDrafts = { read: read, write: write, erase: erase, eraseAll: eraseAll };
})();
