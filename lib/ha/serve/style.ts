/** How the page looks: light and dark, from a phone to a wall, readable without telling colours apart. */
export const STYLE = `
:root{color-scheme:light dark;--back:#fff;--card:#f4f5f7;--text:#16191d;--quiet:#4a5260;--line:#c3c8d0;--good:#0b5c2e;--bad:#a3121b;--odd:#6b4a00;--fine:#3d6ea5}
@media (prefers-color-scheme:dark){:root{--back:#14171b;--card:#1f242b;--text:#eceff3;--quiet:#b4bcc8;--line:#454d59;--good:#7fdba3;--bad:#ff9d9d;--odd:#f0c674;--fine:#86b7ec}}
*{box-sizing:border-box}
body{margin:0 auto;max-width:75rem;padding:.75rem;background:var(--back);color:var(--text);font:1rem/1.45 system-ui,sans-serif;overflow-wrap:anywhere}
h1{font-size:1.4rem;margin:.2rem 0}h2{font-size:1.2rem;margin:1.4rem 0 .4rem;border-bottom:1px solid var(--line)}
h3,h4{font-size:1rem;margin:.6rem 0 .3rem}p{margin:.3rem 0}
a{color:var(--fine)}
.quiet{color:var(--quiet);font-weight:400}
.state{font-weight:600}.good{color:var(--good)}.bad{color:var(--bad)}.odd{color:var(--odd)}
.cards{display:grid;gap:.75rem;grid-template-columns:repeat(auto-fit,minmax(min(20rem,100%),1fr))}
.card{background:var(--card);border:1px solid var(--line);border-radius:.4rem;padding:.3rem .75rem .6rem;min-width:0}
dl{margin:0}dl div{display:flex;gap:.5rem}dt{flex:0 0 5.5rem;color:var(--quiet)}dd{margin:0;min-width:0}
.links{list-style:none;margin:0;padding:0}.links li{margin:.3rem 0}
.spark{vertical-align:middle;border-bottom:1px solid var(--line);max-width:100%}
.spark .fine{fill:var(--fine)}.spark .late{fill:var(--odd)}.spark .over{fill:var(--bad);stroke:var(--text);stroke-width:.5}
.words{color:var(--quiet);font-size:.875rem}
table{border-collapse:collapse;width:100%;font-size:.925rem}
th,td{text-align:left;vertical-align:top;padding:.25rem .6rem .25rem 0;border-bottom:1px solid var(--line);font-weight:400}
thead th{color:var(--quiet)}tbody th{font-weight:600}th{overflow-wrap:normal}.state{white-space:nowrap}h1 .state,.events .state{white-space:normal}
.events{list-style:none;padding:0;margin:0}.events li{padding:.15rem 0;border-bottom:1px solid var(--line)}
.notice{border:2px solid var(--bad);border-radius:.4rem;padding:.4rem .75rem;margin:.5rem 0;font-weight:600;color:var(--bad)}
.lost main{border-left:.5rem dashed var(--bad);padding-left:.5rem}
@media (max-width:48rem){thead{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
table,tbody,tr,th,td{display:block;width:100%}tr{border:1px solid var(--line);border-radius:.4rem;margin:.5rem 0;padding:.25rem .6rem;background:var(--card)}
tbody th,td{border:0;overflow-wrap:anywhere;padding:.1rem 0 .1rem 7rem;min-height:1.45em;position:relative}.state{white-space:normal}
tbody th::before,td::before{content:attr(data-label);position:absolute;left:0;color:var(--quiet);font-weight:400}}
`.trim();
