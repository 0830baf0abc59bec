"""Words that say how something is asked and not what about, in four languages; those of courtesy among them."""

_TEXT = """
a about after again all also am an and any are as at be because been before being between both but by can could did do
does doing don for from further get got had has have having he her here hers him his how i if in into is it its itself
just let like may me might more most must my no nor not now of off on once only or other our ours out over own please
same she should so some such than that the their theirs them then there these they this those through to too under
until up very want was we were what when where which while who whom why will with would you your yours hi hello hey
dear thanks thank know need tell help question ask asked wondering im ive id ll ve re mine
der die das den dem des ein eine einen einem einer und oder aber ist sind war bin habe hat haben ich du er sie es wir
ihr mein meine meinen ihre ihren mit von zu zum zur im in auf an für bei nicht wie was wann wo warum kann können bitte
el la los las un una unos unas y o pero es son era soy he ha han yo tú él ella nosotros mi mis su sus con de del al en
por para no como qué cuándo dónde puedo puede favor que se me
le les une des et ou mais est sont était je tu il elle nous vous mon ma mes votre vos avec du au aux en sur pour pas
comment quoi quand où puis peux peut plaît ne ce cette
"""
COMMON = frozenset(_TEXT.split())
