"""The commonest words of eight languages, which carry no content of their own.  May import: nothing.

Closed classes only (articles, pronouns, prepositions, conjunctions, auxiliaries, the commonest adverbs), collected by
hand; they tell languages apart and are left out when words are weighed.
"""

from __future__ import annotations

_WORDS = {
    "en": """
a about above after again against all almost alone along already also although always am among an and another any
anyone anything are around as at away be became because become been before behind being below between both but by can
cannot could did do does doing done down during each either else enough even ever every everyone everything few for
from further get gets getting go goes going gone got had has have having he her here hers herself him himself his how
however i if in instead into is it its itself just last least less let like likely made make makes making many may me
might mine more most much must my myself near neither never next no nobody none nor not nothing now of off often on
once one only onto or other others otherwise our ours ourselves out over own per perhaps put rather really said same
say says see seem seems several shall she should since so some someone something still such take than that the their
theirs them themselves then there these they thing things this those though through throughout thus to together too
toward towards under until up upon us use used uses using very via was way we well went were what whatever when where
whether which while who whole whom whose why will with within without would yet you your yours yourself
don doesn didn isn aren wasn weren hasn haven hadn won wouldn couldn shouldn ll ve re
""",
    "de": """
ab aber alle allem allen aller alles als also am an andere anderem anderen anderer anderes auch auf aus bei beim bereits
bin bis bist da dabei dadurch dafür dagegen daher damit danach dann daran darauf daraus darf darin darüber das dass dazu
dein deine dem den denen denn der deren des deshalb dessen die dies diese diesem diesen dieser dieses doch dort du durch
ein eine einem einen einer eines einige einmal er erst es etwa etwas euch euer für gab ganz gar gegen geht gibt habe
haben hat hatte hatten hier hin hinter ich ihm ihn ihnen ihr ihre ihrem ihren ihrer ihres im immer in indem ins ist ja
jede jedem jeden jeder jedes jedoch jetzt kann kein keine keinem keinen keiner können könnte lassen machen man mehr mein
meine mich mir mit möglich muss müssen nach nachdem neben nicht nichts noch nun nur ob obwohl oder ohne schon sehr sei
seien sein seine seinem seinen seiner seit selbst sich sie sind so sobald sogar solche soll sollen sollte sondern sonst
sowie über um und uns unser unsere unter viel viele vom von vor wann war waren warum was weg weil weiter welche welcher
wenig wenn wer werde werden wie wieder will wir wird wo wobei wollen worden wurde wurden würde würden zu zum zur zwar
zwischen
""",
    "fr": """
à afin ai aient ainsi alors après as au aucun aucune aujourd auquel aura aurait aussi autre autres aux avaient avait avant
avec avoir avons bien c ça car ce ceci cela celle celles celui cependant ces cet cette ceux chaque chez comme comment
contre d dans de déjà depuis des deux devrait dit doit donc dont du elle elles en encore entre est et étaient était étant
été être eu fait faire fois font furent grâce hier ici il ils j je jusqu l la là laquelle le lequel les lesquels leur
leurs lors lorsque lui m ma mais malgré me même mêmes mes moi moins mon n ne ni non nos notre nous on ont ou où par parce
parmi pas pendant peu peut peuvent plus plusieurs pour pourquoi pourrait près puis qu quand que quel quelle quelles
quelque quelques quels qui quoi s sa sans se selon sera serait ses si sinon sont sous souvent sur t ta tandis te tel
telle tous tout toute toutes très trop tu un une vers voici voilà vos votre vous y
""",
    "es": """
a al algo algún alguna algunas alguno algunos allí ante antes aquel aquella aquellos aquí así aún aunque bajo bien cada
casi como cómo con contra cual cuál cuales cualquier cuando cuándo cuanto de del desde después donde dónde dos durante e
el él ella ellas ello ellos en entonces entre era eran es esa esas ese eso esos esta está estaba están estar estas este
esto estos fue fueron ha había habían hace hacer hacia han hasta hay he hoy incluso junto la las le les lo los luego más
me mediante menos mi mientras misma mismas mismo mismos mucha muchas mucho muchos muy nada ni ningún ninguna ninguno no
nos nosotros nuestra nuestro nunca o os otra otras otro otros para pero poco por porque pues puede pueden que qué quien
quién quienes se sea según ser si sí sido siempre sin sino sobre solo sólo son su sus tal también tampoco tan tanto te
tiene tienen toda todas todavía todo todos tras tu un una unas uno unos usted va y ya yo
""",
    "it": """
a abbiamo ad agli ai al alcune alcuni alla alle allo allora altra altre altri altro anche ancora avere aveva avevano
bene c che chi ci ciò coi col come con contro cosa così cui da dagli dai dal dalla dalle dallo degli dei del dell della
delle dello dentro deve di dopo dove due dunque durante e è ed era erano essere fa fare fatto finché fino fra gli già ha
hanno ho i il in infatti inoltre io l la le lei lo loro lui ma mai me meno mentre mi mia mio molta molte molti molto ne
negli nei nel nella nelle nello nessun nessuna no noi non nostra nostro o od ogni oltre ora per perché però più poco poi
possono prima proprio può qual quale quali quando quanto quasi quella quelle quelli quello questa queste questi questo
qui quindi sarà se secondo sei sempre senza si sia siamo siano solo sono sopra sotto sta stata stati stato su sua sue
sugli sui sul sulla sulle suo suoi tale tanto tra troppo tu tutta tutte tutti tutto un una uno verso vi via voi
""",
    "pt": """
a à acima agora aí ainda além algum alguma algumas alguns ante antes ao aos apenas após aquela aquele aqueles aqui as às
assim até através bem cada com como contra contudo da das de dela delas dele deles depois desde dessa desse desta deste
deve disso do dois dos durante e é ela elas ele eles em enquanto então entre era eram essa essas esse esses esta está
estão estar estas estava este estes eu faz fazer foi foram for fosse há isso isto já la lhe lo logo mais mas me mesma
mesmo meu minha muita muitas muito muitos na nada não nas nem nenhum nessa nesse nesta neste no nos nós nossa nosso num
numa nunca o onde os ou outra outras outro outros para pela pelas pelo pelos pode podem pois por porém porque pouco
primeiro qual quais qualquer quando quanto quase que quem são se seja sem sempre sendo ser será seu seus si sido só sob
sobre sua suas também tão te tem têm tinha toda todas todo todos tudo um uma umas uns vai você vocês
""",
    "nl": """
aan aangezien achter al alle alleen alles als altijd andere anders ben beide bij binnen boven daar daarna daarom dan dat
de deze die dit doch doen door dus een echter eens elk elke en enige enkele er geen geweest haar had hadden hebben heeft
hem hen het hier hierdoor hij hoe hun ik in is ja je jij jou jouw kan kon kunnen laat later maar mag me meer men met mij
mijn moet moeten na naar naast nadat niet niets nog nu of om omdat ondanks onder ons onze ook op over pas per reeds
sinds slechts sommige steeds te tegen terwijl tijdens toch toen tot tussen u uit uw van vanaf vaak veel via volgens voor
vooral waar waardoor waarin waarom want waren was wat we weer wel welke werd werden wie wij wil worden wordt zal ze zei
zelf zelfs zich zij zijn zo zoals zonder zou zouden
""",
    "pl": """
a aby albo ale ani aż bardzo bez bo bowiem był była było były być będą będzie bym ci cię co coś czy czyli czym dla
dlaczego dlatego do dość gdy gdyby gdyż gdzie go i ich ile im inne innych ja jak jaka jakie jako jakby je jeden jednak
jednym jego jej jemu jest jestem jeszcze jeśli jeżeli już każda każdy kiedy kilka kto która które którego której który
których którym którzy lecz lub ma mają mam mi między mimo mnie mogą moim może można mu my na nad nadal nam nami nas nasz
nawet nic nich nie niej nim nimi niż no o obok od ona one oni ono oraz po pod podczas ponad ponieważ poprzez potem poza
przed przede przez przy roku są się skąd sobie swoich swoje swój ta tak taka taki takie także tam te tego tej temu ten
teraz też to tu tych tylko tym u w was we wiele wielu więc wraz wśród wszystkich wszystko z za zaś ze został została
zostały że
""",
}

STOP_WORDS: dict[str, frozenset[str]] = {language: frozenset(words.split()) for language, words in _WORDS.items()}
"""Two-letter language code → its stop words, in lower case, with their accents."""

EVERY_STOP_WORD: frozenset[str] = frozenset[str]().union(*STOP_WORDS.values())
"""For texts whose language is unknown: better a few content words too few than function words taken for content."""
