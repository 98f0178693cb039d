// -- a page without data of its own, in each language.
prepareLanguages(document.getElementById("language"), () => {});
