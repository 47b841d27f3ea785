// Follows the link to the next page when it comes near, and puts that page's posts below the others.
// Without this script the link is a link.

const feed = document.querySelector("#feed");
const more = document.querySelector("#more");
const status = document.querySelector("#status");

if (feed && more) {
    let busy = false;

    const observer = new IntersectionObserver(
        (entries) => entries.some((entry) => entry.isIntersecting) && load(),
        { rootMargin: "600px" },
    );

    // In a feed of unknown length each post still knows its place.
    const number = (articles) => {
        const before = feed.children.length;
        articles.forEach((article, i) => {
            article.setAttribute("aria-posinset", before + i + 1);
            article.setAttribute("aria-setsize", -1);
        });
    };

    async function load() {
        if (busy) return;
        busy = true;
        feed.setAttribute("aria-busy", "true");
        status.textContent = "Loading older posts …";
        observer.unobserve(more);
        try {
            const response = await fetch(more.href);
            if (!response.ok) throw new Error(response.status);
            const page = new DOMParser().parseFromString(await response.text(), "text/html");
            const articles = [...page.querySelectorAll("#feed > article")];
            number(articles);
            feed.append(...articles);
            const next = page.querySelector("#more");
            if (next) {
                more.setAttribute("href", next.getAttribute("href"));
                status.textContent = "";
                // Watched anew, it is reported again if it is still in sight.
                observer.observe(more);
            } else {
                more.remove();
                status.textContent = "That is all.";
            }
        } catch {
            // The link stays: whoever presses it tries again.
            status.textContent = "Older posts could not be loaded. Press the button to try again.";
        } finally {
            feed.setAttribute("aria-busy", "false");
            busy = false;
        }
    }

    more.addEventListener("click", (event) => {
        event.preventDefault();
        load();
    });

    // As feeds are read with a keyboard: from post to post.
    feed.addEventListener("keydown", (event) => {
        const article = event.target.closest("article");
        const beside = { PageDown: article?.nextElementSibling, PageUp: article?.previousElementSibling }[event.key];
        if (beside) {
            event.preventDefault();
            beside.focus();
        }
    });

    const here = [...feed.children];
    here.forEach((article, i) => {
        article.setAttribute("aria-posinset", i + 1);
        article.setAttribute("aria-setsize", -1);
    });
    observer.observe(more);
}
