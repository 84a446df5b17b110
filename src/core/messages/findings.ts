import type { BrokenRule, Finding, KnownIssue } from "../../evidence/verdict.ts";
import type { Language } from "../plan.ts";
import { list, quote } from "./context.ts";
import type { ByLanguage } from "./context.ts";
import { sayCount } from "./numbers.ts";

/** So many are told one by one. */
const told = 3;

/**
 * What stands behind a verdict: "2 form fields without a label, 1 image without a text and 2 more rules" with the report where there is one, or "a
 * new error, “TypeError: total is no function” (3 times; in pay (checkout.ts:41); https://…)". Empty for none.
 */
export function sayFindings(findings: readonly Finding[], language: Language): string {
  const named = findings.slice(0, findings.length > told + 1 ? told : told + 1).map((finding) => sayFinding(finding, language));
  const left = findings.length - named.length;
  const of = findings.some((finding) => "issue" in finding) ? "issues" : "rules";
  const more = {
    en: { rules: `${left} more rules`, issues: `${left} more errors` },
    fr: { rules: `${left} autres règles`, issues: `${left} autres erreurs` },
  }[language][of];
  const said = list(left === 0 ? named : [...named, more], language);
  const [report] = findings.flatMap((finding) => ("rule" in finding && finding.at !== undefined ? [finding.at] : []));
  return report === undefined ? said : `${said} (${{ en: "report: ", fr: "rapport\u202f: " }[language]}${report})`;
}

function sayFinding(finding: Finding, language: Language): string {
  return "issue" in finding ? sayIssue(finding, language) : sayRule(finding, language);
}

/** Most of the frames that are told one by one; the rest stands at the issue's page. */
const toldFrames = 2;

function sayIssue({ issue, events, isNew, frames, url }: KnownIssue, language: Language): string {
  const isFrench = language === "fr";
  const often = isFrench ? `${sayCount(events, "fr")} fois` : events === 1 ? "once" : `${sayCount(events, "en")} times`;
  const calls = frames.slice(0, toldFrames).join(isFrench ? " appelé par " : " called by ");
  const parts = [often, ...(calls === "" ? [] : [`${isFrench ? "dans" : "in"} ${calls}`]), ...(url === null ? [] : [url])];
  const about = parts.join(isFrench ? "\u202f; " : "; ");
  return `${isNew ? (isFrench ? "nouvelle erreur " : "a new error, ") : ""}${quote(issue, language)} (${about})`;
}

function sayRule({ rule, places }: BrokenRule, language: Language): string {
  const words = Object.hasOwn(rules[language], rule) ? rules[language][rule] : undefined;
  if (words === undefined) {
    const where = { en: `in ${sayCount(places, "en")} places`, fr: `à ${sayCount(places, "fr")} endroits` }[language];
    return places === 1 ? quote(rule, language) : `${quote(rule, language)} ${where}`;
  }
  const [one, many] = words;
  return places === 1 || many === undefined ? one : `${sayCount(places, language)} ${many}`;
}

/** Of one place, and of several after their number; only the first where there is one place in a page. */
type Words = readonly [one: string, many?: string];

/**
 * By the rule's name at axe, and the audit's at Lighthouse: those that take points.
 *
 * Source: https://dequeuniversity.com/rules/axe/4.14/ and https://github.com/GoogleChrome/lighthouse/blob/v13.5.0/core/config/default-config.js
 */
const rules: ByLanguage<Readonly<Record<string, Words>>> = {
  en: {
    accesskeys: ["1 access key given twice", "access keys given twice"],
    "aria-allowed-attr": ["1 ARIA attribute that its role does not have", "ARIA attributes that their roles do not have"],
    "aria-command-name": ["1 ARIA control without a name", "ARIA controls without a name"],
    "aria-conditional-attr": ["1 ARIA attribute misused", "ARIA attributes misused"],
    "aria-deprecated-role": ["1 outdated role", "outdated roles"],
    "aria-dialog-name": ["1 dialog without a name", "dialogs without a name"],
    "aria-hidden-body": ["the whole page hidden from screen readers"],
    "aria-hidden-focus": ["1 hidden element that takes the focus", "hidden elements that take the focus"],
    "aria-input-field-name": ["1 ARIA input without a name", "ARIA inputs without a name"],
    "aria-meter-name": ["1 meter without a name", "meters without a name"],
    "aria-progressbar-name": ["1 progress bar without a name", "progress bars without a name"],
    "aria-prohibited-attr": ["1 forbidden ARIA attribute", "forbidden ARIA attributes"],
    "aria-required-attr": ["1 role without an attribute that it needs", "roles without an attribute that they need"],
    "aria-required-children": ["1 role without the children that it needs", "roles without the children that they need"],
    "aria-required-parent": ["1 role without the parent that it needs", "roles without the parent that they need"],
    "aria-roles": ["1 role that does not exist", "roles that do not exist"],
    "aria-text": ["1 text role with something to focus in it", "text roles with something to focus in them"],
    "aria-toggle-field-name": ["1 switch without a name", "switches without a name"],
    "aria-tooltip-name": ["1 tooltip without a name", "tooltips without a name"],
    "aria-treeitem-name": ["1 tree item without a name", "tree items without a name"],
    "aria-valid-attr": ["1 ARIA attribute that does not exist", "ARIA attributes that do not exist"],
    "aria-valid-attr-value": ["1 wrong value of an ARIA attribute", "wrong values of ARIA attributes"],
    "autocomplete-valid": ["1 wrong autocomplete", "wrong autocompletes"],
    "button-name": ["1 button without a name", "buttons without a name"],
    bypass: ["no way to skip to the content"],
    canonical: ["a wrong canonical address"],
    charset: ["no character set of the page"],
    "color-contrast": ["1 text with too little contrast", "texts with too little contrast"],
    "crawlable-anchors": ["1 link that search engines cannot follow", "links that search engines cannot follow"],
    "cumulative-layout-shift": ["a layout that shifts"],
    "definition-list": ["1 definition list built wrongly", "definition lists built wrongly"],
    deprecations: ["1 outdated browser interface", "outdated browser interfaces"],
    dlitem: ["1 definition outside a list", "definitions outside a list"],
    doctype: ["no doctype"],
    "document-title": ["no page title"],
    "duplicate-id-aria": ["1 id of ARIA given twice", "ids of ARIA given twice"],
    "errors-in-console": ["1 error in the console", "errors in the console"],
    "first-contentful-paint": ["a late first paint"],
    "form-field-multiple-labels": ["1 form field with several labels", "form fields with several labels"],
    "frame-title": ["1 frame without a title", "frames without a title"],
    "geolocation-on-start": ["a page that asks for the location at once"],
    "heading-order": ["1 skipped heading level", "skipped heading levels"],
    hreflang: ["1 wrong link to another language", "wrong links to other languages"],
    "html-has-lang": ["no page language"],
    "html-lang-valid": ["a page language that does not exist"],
    "html-xml-lang-mismatch": ["two page languages that differ"],
    "http-status-code": ["a page that answers with an error"],
    "image-alt": ["1 image without a text", "images without a text"],
    "image-aspect-ratio": ["1 distorted image", "distorted images"],
    "image-size-responsive": ["1 image of too few pixels", "images of too few pixels"],
    "input-button-name": ["1 form button without a name", "form buttons without a name"],
    "input-image-alt": ["1 image button without a text", "image buttons without a text"],
    "inspector-issues": ["1 issue of the browser", "issues of the browser"],
    "is-crawlable": ["a page closed to search engines"],
    "is-on-https": ["1 address without HTTPS", "addresses without HTTPS"],
    label: ["1 form field without a label", "form fields without a label"],
    "landmark-one-main": ["no main part of the page"],
    "largest-contentful-paint": ["a late largest paint"],
    "link-in-text-block": ["1 link told apart by its colour alone", "links told apart by their colour alone"],
    "link-name": ["1 link without a name", "links without a name"],
    "link-text": ["1 link that does not say where it leads", "links that do not say where they lead"],
    list: ["1 list built wrongly", "lists built wrongly"],
    listitem: ["1 list item outside a list", "list items outside a list"],
    "meta-description": ["no description of the page"],
    "meta-refresh": ["a page that reloads itself"],
    "meta-viewport": ["a page that cannot be enlarged"],
    "notification-on-start": ["a page that asks to send notifications at once"],
    "object-alt": ["1 embedded object without a text", "embedded objects without a text"],
    "paste-preventing-inputs": ["1 field that refuses pasting", "fields that refuse pasting"],
    "presentation-role-conflict": ["1 element both hidden and to be focused", "elements both hidden and to be focused"],
    "redirects-http": ["no redirect to HTTPS"],
    "robots-txt": ["1 error in robots.txt", "errors in robots.txt"],
    "select-name": ["1 list to choose from without a label", "lists to choose from without a label"],
    "skip-link": ["1 skip link that leads nowhere", "skip links that lead nowhere"],
    "speed-index": ["content that appears slowly"],
    "svg-img-alt": ["1 drawing without a text", "drawings without a text"],
    tabindex: ["1 forced tab order", "forced tab orders"],
    "target-size": ["1 target too small to touch", "targets too small to touch"],
    "td-headers-attr": ["1 table cell with wrong headers", "table cells with wrong headers"],
    "th-has-data-cells": ["1 table header without cells", "table headers without cells"],
    "third-party-cookies": ["1 third-party cookie", "third-party cookies"],
    "total-blocking-time": ["a page blocked by its scripts"],
    "valid-lang": ["1 part in a language that does not exist", "parts in a language that does not exist"],
    "video-caption": ["1 video without captions", "videos without captions"],
  },
  fr: {
    accesskeys: ["1 raccourci clavier en double", "raccourcis clavier en double"],
    "aria-allowed-attr": ["1 attribut ARIA étranger à son rôle", "attributs ARIA étrangers à leur rôle"],
    "aria-command-name": ["1 commande ARIA sans nom", "commandes ARIA sans nom"],
    "aria-conditional-attr": ["1 attribut ARIA mal employé", "attributs ARIA mal employés"],
    "aria-deprecated-role": ["1 rôle obsolète", "rôles obsolètes"],
    "aria-dialog-name": ["1 boîte de dialogue sans nom", "boîtes de dialogue sans nom"],
    "aria-hidden-body": ["toute la page cachée aux lecteurs d’écran"],
    "aria-hidden-focus": ["1 élément caché qui prend le focus", "éléments cachés qui prennent le focus"],
    "aria-input-field-name": ["1 champ ARIA sans nom", "champs ARIA sans nom"],
    "aria-meter-name": ["1 jauge sans nom", "jauges sans nom"],
    "aria-progressbar-name": ["1 barre de progression sans nom", "barres de progression sans nom"],
    "aria-prohibited-attr": ["1 attribut ARIA interdit", "attributs ARIA interdits"],
    "aria-required-attr": ["1 rôle sans un attribut obligatoire", "rôles sans un attribut obligatoire"],
    "aria-required-children": ["1 rôle sans ses enfants obligatoires", "rôles sans leurs enfants obligatoires"],
    "aria-required-parent": ["1 rôle sans son parent obligatoire", "rôles sans leur parent obligatoire"],
    "aria-roles": ["1 rôle inexistant", "rôles inexistants"],
    "aria-text": ["1 rôle texte avec un élément à focaliser", "rôles texte avec un élément à focaliser"],
    "aria-toggle-field-name": ["1 interrupteur sans nom", "interrupteurs sans nom"],
    "aria-tooltip-name": ["1 infobulle sans nom", "infobulles sans nom"],
    "aria-treeitem-name": ["1 élément d’arbre sans nom", "éléments d’arbre sans nom"],
    "aria-valid-attr": ["1 attribut ARIA inexistant", "attributs ARIA inexistants"],
    "aria-valid-attr-value": ["1 valeur d’attribut ARIA erronée", "valeurs d’attributs ARIA erronées"],
    "autocomplete-valid": ["1 saisie automatique erronée", "saisies automatiques erronées"],
    "button-name": ["1 bouton sans nom", "boutons sans nom"],
    bypass: ["aucun moyen d’aller droit au contenu"],
    canonical: ["adresse canonique erronée"],
    charset: ["page sans jeu de caractères"],
    "color-contrast": ["1 texte trop peu contrasté", "textes trop peu contrastés"],
    "crawlable-anchors": ["1 lien que les moteurs ne peuvent suivre", "liens que les moteurs ne peuvent suivre"],
    "cumulative-layout-shift": ["mise en page qui bouge"],
    "definition-list": ["1 liste de définitions mal construite", "listes de définitions mal construites"],
    deprecations: ["1 interface du navigateur obsolète", "interfaces du navigateur obsolètes"],
    dlitem: ["1 définition hors d’une liste", "définitions hors d’une liste"],
    doctype: ["page sans doctype"],
    "document-title": ["page sans titre"],
    "duplicate-id-aria": ["1 id ARIA en double", "ids ARIA en double"],
    "errors-in-console": ["1 erreur dans la console", "erreurs dans la console"],
    "first-contentful-paint": ["premier affichage tardif"],
    "form-field-multiple-labels": ["1 champ à plusieurs libellés", "champs à plusieurs libellés"],
    "frame-title": ["1 cadre sans titre", "cadres sans titre"],
    "geolocation-on-start": ["page qui demande aussitôt la position"],
    "heading-order": ["1 niveau de titre sauté", "niveaux de titre sautés"],
    hreflang: ["1 lien erroné vers une autre langue", "liens erronés vers d’autres langues"],
    "html-has-lang": ["page sans langue"],
    "html-lang-valid": ["langue de la page inexistante"],
    "html-xml-lang-mismatch": ["deux langues de la page qui diffèrent"],
    "http-status-code": ["page qui répond par une erreur"],
    "image-alt": ["1 image sans texte", "images sans texte"],
    "image-aspect-ratio": ["1 image déformée", "images déformées"],
    "image-size-responsive": ["1 image de trop peu de pixels", "images de trop peu de pixels"],
    "input-button-name": ["1 bouton de formulaire sans nom", "boutons de formulaire sans nom"],
    "input-image-alt": ["1 bouton image sans texte", "boutons image sans texte"],
    "inspector-issues": ["1 problème signalé par le navigateur", "problèmes signalés par le navigateur"],
    "is-crawlable": ["page fermée aux moteurs de recherche"],
    "is-on-https": ["1 adresse sans HTTPS", "adresses sans HTTPS"],
    label: ["1 champ sans libellé", "champs sans libellé"],
    "landmark-one-main": ["page sans partie principale"],
    "largest-contentful-paint": ["plus grand affichage tardif"],
    "link-in-text-block": ["1 lien distinct par sa seule couleur", "liens distincts par leur seule couleur"],
    "link-name": ["1 lien sans nom", "liens sans nom"],
    "link-text": ["1 lien qui ne dit pas où il mène", "liens qui ne disent pas où ils mènent"],
    list: ["1 liste mal construite", "listes mal construites"],
    listitem: ["1 élément hors d’une liste", "éléments hors d’une liste"],
    "meta-description": ["page sans description"],
    "meta-refresh": ["page qui se recharge seule"],
    "meta-viewport": ["page impossible à agrandir"],
    "notification-on-start": ["page qui demande aussitôt à envoyer des notifications"],
    "object-alt": ["1 objet intégré sans texte", "objets intégrés sans texte"],
    "paste-preventing-inputs": ["1 champ qui refuse le collage", "champs qui refusent le collage"],
    "presentation-role-conflict": ["1 élément à la fois caché et focalisable", "éléments à la fois cachés et focalisables"],
    "redirects-http": ["aucune redirection vers HTTPS"],
    "robots-txt": ["1 erreur dans robots.txt", "erreurs dans robots.txt"],
    "select-name": ["1 liste de choix sans libellé", "listes de choix sans libellé"],
    "skip-link": ["1 lien d’évitement sans cible", "liens d’évitement sans cible"],
    "speed-index": ["contenu qui apparaît lentement"],
    "svg-img-alt": ["1 dessin sans texte", "dessins sans texte"],
    tabindex: ["1 ordre de tabulation forcé", "ordres de tabulation forcés"],
    "target-size": ["1 cible trop petite au toucher", "cibles trop petites au toucher"],
    "td-headers-attr": ["1 cellule aux en-têtes erronés", "cellules aux en-têtes erronés"],
    "th-has-data-cells": ["1 en-tête de tableau sans cellules", "en-têtes de tableau sans cellules"],
    "third-party-cookies": ["1 cookie tiers", "cookies tiers"],
    "total-blocking-time": ["page bloquée par ses scripts"],
    "valid-lang": ["1 passage dans une langue inexistante", "passages dans une langue inexistante"],
    "video-caption": ["1 vidéo sans sous-titres", "vidéos sans sous-titres"],
  },
};
