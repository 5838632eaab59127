"""A dozen short articles of our own writing, as three small sites would publish them.  May import: the standard library."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """One article."""

    slug: str
    title: str
    author: str
    age: timedelta  # before the demo starts
    tags: tuple[str, ...]
    paragraphs: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """One site with a feed."""

    slug: str
    title: str
    about: str
    pieces: tuple[Piece, ...]
    full_text: bool  # whether the feed carries the whole article, or only its first sentence


def _hours(hours: float) -> timedelta:
    return timedelta(hours=hours)


TIDE = Site(
    slug="tide-table",
    title="The Tide Table",
    about="Field recording, weather and patience",
    full_text=True,
    pieces=(
        Piece(
            slug="rain-under-a-bridge",
            title="Rain under a bridge",
            author="Mara Lindqvist",
            age=_hours(3),
            tags=("field recording", "rain"),
            paragraphs=(
                "A microphone in the rain records drops on its own windshield, and little else.",
                (
                    "Under a road bridge over the Skell we found the opposite: forty metres of dry concrete, open at both ends, "
                    "with rain on the river on either side."
                ),
                (
                    "Two omnidirectional microphones, set 17 centimetres apart and two metres above the water, gave a stereo "
                    "image in which the near bank and the far bank can be told apart with closed eyes."
                ),
                (
                    "The traffic above was audible only below 80 Hz, so a gentle filter at 90 Hz removed it without touching "
                    "the rain."
                ),
                "The lesson is dull and useful: look for a roof first, and for the sound second.",
            ),
        ),
        Piece(
            slug="the-hour-before-birds",
            title="The hour before the birds",
            author="Mara Lindqvist",
            age=_hours(20),
            tags=("field recording", "dawn"),
            paragraphs=(
                "Everybody records the dawn chorus, and hardly anybody the hour before it.",
                (
                    "Between three and four in the morning the noise floor of our valley falls by eleven decibels, because "
                    "the motorway is nearly empty and the wind has not begun."
                ),
                "In that hour a dripping gutter 60 metres away is louder than the road.",
                (
                    "Recorders with a self-noise above 20 dBA hide most of it, so this is the one place where an expensive "
                    "preamplifier can be heard."
                ),
                "Bring a chair, switch off your telephone, and count on cold hands.",
            ),
        ),
        Piece(
            slug="contact-microphones-on-ice",
            title="Contact microphones on ice",
            author="Ole Brandt",
            age=_hours(46),
            tags=("contact microphone", "ice"),
            paragraphs=(
                "A frozen lake is a plate that rings when its temperature changes.",
                (
                    "We froze four piezo discs to the surface with a few drops of water each, which couples better than any "
                    "clamp and comes off with warm fingers."
                ),
                "High frequencies travel faster in ice than low ones, so a crack far away arrives as a falling whistle.",
                "At a distance of 300 metres the sweep lasted about a quarter of a second.",
                "Ten centimetres of clear ice carried one person safely; we stayed near the shore all the same.",
            ),
        ),
        Piece(
            slug="naming-your-files",
            title="Name the file before you press stop",
            author="Ole Brandt",
            age=_hours(70),
            tags=("workflow",),
            paragraphs=(
                "A recording without a name is a recording that nobody will ever hear again.",
                "Say the place, the date and the microphone aloud at the end of each take, while the recorder still runs.",
                "A spoken slate takes eight seconds and survives every change of software.",
                (
                    "In our archive of 2,300 takes, all 140 that we could not place were made by people who meant to write it "
                    "down later."
                ),
            ),
        ),
    ),
)

PATCH = Site(
    slug="patch-notes",
    title="Patch Notes Weekly",
    about="Synthesis for people with small rooms",
    full_text=False,
    pieces=(
        Piece(
            slug="one-oscillator-month",
            title="A month with one oscillator",
            author="Jun Okafor",
            age=_hours(5),
            tags=("synthesis", "practice"),
            paragraphs=(
                "For thirty days I allowed myself one oscillator, one filter and one envelope.",
                "By the second week I had stopped looking for sounds and begun to shape the one I had.",
                (
                    "Pulse width turned out to be the most musical knob on the panel: moved slowly by hand, it does what "
                    "people buy a second oscillator for."
                ),
                "I finished nine pieces, which is seven more than in the month before.",
                "The limit that helped most was not the single oscillator but the rule that nothing could be bought.",
            ),
        ),
        Piece(
            slug="granular-without-mystery",
            title="Granular synthesis without the mystery",
            author="Jun Okafor",
            age=_hours(26),
            tags=("synthesis", "granular"),
            paragraphs=(
                "Granular synthesis plays very short pieces of a recording, many of them at once.",
                (
                    "Grains shorter than 20 milliseconds lose their pitch and become texture, and grains longer than 100 "
                    "milliseconds are heard as little events."
                ),
                (
                    "Most of what is called its sound is the window: a smooth fade in and out removes the clicks that "
                    "otherwise colour everything."
                ),
                (
                    "Start with 40 milliseconds, an overlap of four and no randomness, and add one kind of randomness at a "
                    "time."
                ),
            ),
        ),
        Piece(
            slug="tuning-by-ear-again",
            title="Tuning by ear, again",
            author="Petra Vance",
            age=_hours(52),
            tags=("tuning", "ear training"),
            paragraphs=(
                "Our tuners are accurate to a tenth of a cent, and our ears are out of practice.",
                (
                    "For a week I tuned every oscillator by listening to beats: two tones three cents apart at A4 beat about "
                    "once in 1.3 seconds."
                ),
                "After five days I was within two cents nine times out of ten.",
                "It takes longer, and one hears the room while doing it, which no tuner ever did for me.",
            ),
        ),
        Piece(
            slug="the-cheapest-reverb",
            title="The cheapest reverb is a stairwell",
            author="Petra Vance",
            age=_hours(80),
            tags=("reverb", "recording"),
            paragraphs=(
                "A stairwell of five floors gives a decay of almost three seconds, and it costs nothing.",
                (
                    "We put a small loudspeaker on the third landing and a microphone on the ground floor, and sent the snare "
                    "drum through it at night."
                ),
                "The direct sound arrives 31 milliseconds late, so it works as a send and never as an insert.",
                "Ask the neighbours first: ours wanted a copy of the record.",
            ),
        ),
    ),
)

BENCH = Site(
    slug="quiet-bench",
    title="The Quiet Bench",
    about="Mixing, mending and hearing well into old age",
    full_text=True,
    pieces=(
        Piece(
            slug="mix-at-the-level-of-speech",
            title="Mix at the level of speech",
            author="Ines Duarte",
            age=_hours(9),
            tags=("mixing", "hearing"),
            paragraphs=(
                "Loud monitors flatter every decision.",
                (
                    "At 65 decibels, about the level of a conversation, the bass seems thin and the voice seems close, and "
                    "both impressions are nearer to what listeners will have."
                ),
                "I mix for fifty minutes at that level and check for two at 80.",
                "In a year of keeping notes, revisions per song fell from six to two.",
                "My ears stopped ringing in March, which I count as the larger success.",
            ),
        ),
        Piece(
            slug="capacitors-that-fail-politely",
            title="Capacitors that fail politely",
            author="Tom Ashgrove",
            age=_hours(31),
            tags=("repair", "electronics"),
            paragraphs=(
                "An electrolytic capacitor seldom dies at once: it dries out, over fifteen or twenty years.",
                "The first sign in a mixer is hum that gets better as the desk warms up.",
                (
                    "Measure the equivalent series resistance without removing the part; anything above two ohms on a 470 "
                    "microfarad supply capacitor is worth a solder joint."
                ),
                "Replace the whole supply rail at a time, since its neighbours are as old.",
            ),
        ),
        Piece(
            slug="three-headphones-one-truth",
            title="Three headphones, one truth",
            author="Ines Duarte",
            age=_hours(57),
            tags=("headphones", "mixing"),
            paragraphs=(
                "No headphone is flat, and yours is wrong in a way you have stopped noticing.",
                "I keep three: one bright, one dark, and the cheap pair that came with a telephone.",
                "A balance that survives all three has survived every loudspeaker I tried afterwards.",
                "Changing them costs ten seconds, and has saved me more time than any analyser.",
            ),
        ),
        Piece(
            slug="a-library-of-room-tones",
            title="A library of room tones",
            author="Tom Ashgrove",
            age=_hours(95),
            tags=("field recording", "editing"),
            paragraphs=(
                "Silence is the hardest thing to edit, because every room has its own.",
                "Record one minute of nothing at each location, before anybody speaks and after everybody has stopped.",
                "Under a cut, two seconds of the right room tone are worth more than any crossfade.",
                "Our library holds 412 rooms, and the most used of them is an empty kitchen in Porto.",
            ),
        ),
    ),
)

SITES = (TIDE, PATCH, BENCH)

CONVERSATION = (
    ("@nell", "hello there!"),
    ("@nell", "what can you do?"),
    ("@aoife", "latest about field recording"),
    ("@sam", "are you a bot?"),
    ("@dev", "do you take requests for polka night?"),
    ("@nell", "thanks, this is lovely"),
)
"""What visitors say in the demo: (handle, words)."""
