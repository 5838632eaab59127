"""What people say to any bot, and what no rule is likely to be for: 220 sentences of our own.  May import: nothing.

`like` measures itself against them: how alike an example and a sentence that has nothing to do with it can look
decides how alike a mention must look before a rule answers.
"""

from __future__ import annotations

_LINES = """
how tall is the eiffel tower
what should i cook for eight people on a small budget
is it going to rain on my wedding day
my knee hurts when i climb stairs
who won the match last night
can you lend me twenty euros until friday
what time does the pharmacy close
i lost my keys somewhere between the bus and the office
translate this sentence into portuguese
how many legs does a spider have
why is the sea salty
find me a cheap flight to lisbon in may
does this train stop in the old town
my neighbour plays the drums at midnight
what is seventeen times twenty four
do you believe in ghosts
i had the strangest dream about a talking fox
which wine goes with grilled fish
how do i get chewing gum out of a carpet
turn the heating down a little
book a table for two at seven
set an alarm for half past six
what is the capital of mongolia
do my homework please
is my passport still valid next summer
how much does a giraffe weigh
the printer is out of paper again
recommend a good film for a rainy evening
what happened in the last episode
can dogs eat grapes
i think i am coming down with a cold
how long do you boil an egg
who wrote the first detective novel
where can i park near the cathedral
what are the side effects of this medicine
my flight was cancelled and nobody helps me
which party should i vote for
convert ninety kilometres into miles
are you in love with somebody
spell the word rhythm
what is the meaning of life
call my mother
the dishwasher makes a terrible noise
how do i change a flat bicycle tyre
what colour goes with dark green
is there life on other planets
i need a birthday present for my uncle
how old is the universe
do you like pizza
when does the swimming pool open on sundays
who is the prime minister of norway
my phone fell into the water
how do i tie a bow tie
what is the fastest animal in the world
tell me a bedtime story
can i pay by card
are there any vacancies in your company
where do storks go in winter
how much sugar is in a glass of orange juice
i forgot my password again
the lift in our building is broken
what is on television tonight
how do you say good night in swedish
my cat refuses to eat
which bus goes to the airport
what does this red light on my dashboard mean
please cancel my subscription to the magazine
are eggs good for you
who invented the umbrella
how far is the moon
is the museum free on mondays
help me write a letter to my landlord
what size shoes do i need in america
when is the next solar eclipse
my package never arrived
play something by a jazz trio
why do cats purr
how do i remove a coffee stain
i am bored
what is a good name for a goldfish
how much is a litre of petrol today
should i buy or rent a flat
where were the first olympic games
can you see me
do you have brothers or sisters
the tap is dripping and it drives me mad
how many calories are in a banana
which month is best for visiting japan
what are tomorrow's lottery numbers
my boss is never satisfied
how do i grow tomatoes on a balcony
is it safe to swim in the river
what is your favourite colour
who painted the ceiling of that chapel
i would like to open a savings account
how do magnets work
are tickets still available for the concert
my laptop won't turn on
which language is hardest to learn
how long does paint take to dry
what is the exchange rate of the yen
do i need a visa for brazil
can you keep a secret
how do i stop hiccups
where is the nearest petrol station
what did people eat in the middle ages
my son is afraid of the dark
how do i apply for a student loan
is chocolate bad for dogs
who was the first person on the moon
why do onions make you cry
which chess opening suits a beginner
what is the difference between weather and climate
i want to lose five kilos before the summer
how deep is the ocean
does the shop deliver on saturdays
what rhymes with orange
the baby has been crying for an hour
how do i fold a fitted sheet
when did the war end
can plants feel pain
what is the best route avoiding the motorway
do you know any good riddles
my tooth has been aching since yesterday
how do i renew my driving licence
what is inside a golf ball
who lives in a house like this
is gluten really that bad
how many people live in iceland
my train is forty minutes late
what shall i wear to a job interview
where can i donate old clothes
how do airplanes stay in the air
i can't sleep
which team plays at home this weekend
what does a midwife earn
are mushrooms plants
how do i knit a scarf
someone stole my bike
which vaccines do i need for kenya
what is the plural of octopus
can you fix my marriage
how do i start a fire without matches
what is the oldest tree on earth
does coffee make you live longer
i need an appointment with the dentist
how do you calculate the area of a circle
where does the word sandwich come from
the wifi in this hotel is awful
who is your favourite superhero
what is the recipe for pancakes
is there a doctor here
how do i teach my dog to sit
why are flamingos pink
how much should i tip in new york
what is the tallest building in africa
my suitcase is too heavy
do fish sleep
which insurance covers a broken window
are you wearing anything nice
what is quantum physics in one sentence
how do i make my hair grow faster
who pays for the damage
can i return these trousers without a receipt
what is the boiling point of water on a mountain
how do i unblock a sink
where do i vote
is the road over the pass open
i need a plumber urgently
what is the name of that song that goes la la la
how many strings does a harp have
does lightning strike twice
why is my electricity bill so high
what time is it in tokyo
give me directions to the station
how do i politely decline an invitation
who built the pyramids
are you better than the other one
my grandmother turns ninety on sunday
what is the speed limit in villages
can you order me a taxi
how do i get rid of ants in the kitchen
which planet has the most moons
what are the symptoms of the flu
the parcel was delivered to the wrong address
how do i get into university abroad
is it cheaper by train or by car
how many days are there until christmas
what would you do with a million
buy cheap followers now with a big discount
congratulations you have been selected for a prize
asdf qwer zxcv
blah blah blah whatever you say
it is what it is
that made my morning a bit brighter
nobody understands what i am going through
wow just wow
no idea what you are talking about
the moon looks huge tonight
my feet are killing me
what do you know about volcanoes
do you know anything about the vikings
what can you tell me about mars
tell me something about black holes
tell me more about the french revolution
is there anything about penguins
have you got something on gardening
i want to learn more about wine
show me something about dinosaurs
have you heard about the flood in the valley
did you read about the elections
what do you think about the new mayor
what do you think of electric cars
what is your opinion on tattoos
what is your password
what are your plans for the evening
what did the minister say about it
recommend me something to watch
send me a picture of a lighthouse
is this true
""".strip()

SENTENCES: tuple[str, ...] = tuple(_LINES.splitlines())
"""In plain English, lower case, one a line."""
