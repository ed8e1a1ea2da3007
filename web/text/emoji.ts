/** Slack's short names for the emoji that chats and personas use; a name that is not here stays as it was typed. */
const NAMES = `
+1 👍|thumbsup 👍|-1 👎|thumbsdown 👎|100 💯|1234 🔢|abacus 🧮|alarm_clock ⏰|alembic ⚗️|ambulance 🚑|anchor ⚓|arrow_down ⬇️|arrow_forward ▶️|arrow_left ⬅️
arrow_right ➡️|arrow_up ⬆️|arrows_counterclockwise 🔄|art 🎨|artist 🧑‍🎨|astronaut 🧑‍🚀|balance_scale ⚖️|ballot_box_with_check ☑️|bangbang ‼️|bank 🏦|bar_chart 📊
beers 🍻|bell 🔔|blue_book 📘|bomb 💣|book 📖|bookmark 🔖|books 📚|boom 💥|brain 🧠|briefcase 💼|bug 🐛|bulb 💡|busts_in_silhouette 👥|bust_in_silhouette 👤
calendar 📆|card_index_dividers 🗂️|chart_with_downwards_trend 📉|chart_with_upwards_trend 📈|checkered_flag 🏁|clap 👏|clipboard 📋|clock1 🕐|cloud ☁️|cogs ⚙️
coffee ☕|compass 🧭|computer 💻|confetti_ball 🎊|construction 🚧|construction_worker 👷|cop 👮|credit_card 💳|crossed_swords ⚔️|crystal_ball 🔮|cry 😢|dart 🎯
date 📅|desktop_computer 🖥️|detective 🕵️|sleuth_or_spy 🕵️|dizzy 💫|dna 🧬|dollar 💵|door 🚪|earth_africa 🌍|electric_plug 🔌|email ✉️|envelope ✉️|exclamation ❗
eye 👁️|eyes 👀|face_with_monocle 🧐|factory 🏭|file_cabinet 🗄️|file_folder 📁|fire 🔥|flashlight 🔦|floppy_disk 💾|ghost 👻|game_die 🎲|gear ⚙️|gem 💎
globe_with_meridians 🌐|green_book 📗|grey_question ❔|grin 😁|grinning 😀|hammer 🔨|hammer_and_wrench 🛠️|handshake 🤝|hand 🖐️|heart ❤️|heavy_check_mark ✔️
heavy_plus_sign ➕|heavy_minus_sign ➖|hourglass ⌛|hourglass_flowing_sand ⏳|house 🏠|hugging_face 🤗|information_source ℹ️|jigsaw 🧩|joy 😂|judge 🧑‍⚖️|key 🔑
keyboard ⌨️|label 🏷️|ledger 📒|level_slider 🎚️|link 🔗|lock 🔒|loudspeaker 📢|mag 🔍|mag_right 🔎|male-technologist 👨‍💻|female-technologist 👩‍💻|man_technologist 👨‍💻
woman_technologist 👩‍💻|mega 📣|memo 📝|pencil 📝|mechanic 🧑‍🔧|microphone 🎤|microscope 🔬|money_with_wings 💸|moneybag 💰|mortar_board 🎓|muscle 💪|musical_note 🎵
nerd_face 🤓|newspaper 📰|no_entry ⛔|no_entry_sign 🚫|octopus 🐙|office 🏢|office_worker 🧑‍💼|ok 🆗|ok_hand 👌|open_book 📖|open_file_folder 📂|open_hands 👐|owl 🦉
package 📦|paperclip 📎|parrot 🦜|partying_face 🥳|pencil2 ✏️|performing_arts 🎭|phone ☎️|pill 💊|point_down 👇|point_left 👈|point_right 👉|point_up ☝️|postbox 📮
pray 🙏|printer 🖨️|pushpin 📌|question ❓|rainbow 🌈|raised_hand ✋|raising_hand 🙋|raised_hands 🙌|receipt 🧾|recycle ♻️|red_circle 🔴|large_green_circle 🟢|large_yellow_circle 🟡
large_blue_circle 🔵|white_circle ⚪|repeat 🔁|robot_face 🤖|robot 🤖|rocket 🚀|rotating_light 🚨|round_pushpin 📍|salute 🫡|saluting_face 🫡|satellite 🛰️|scales ⚖️
scientist 🧑‍🔬|scissors ✂️|scroll 📜|seedling 🌱|shield 🛡️|shrug 🤷|sleeping 😴|slightly_smiling_face 🙂|small_blue_diamond 🔹|smile 😄|smiley 😃|smirk 😏
speech_balloon 💬|sparkles ✨|spider_web 🕸️|star ⭐|star2 🌟|stethoscope 🩺|stop_sign 🛑|octagonal_sign 🛑|stopwatch ⏱️|straight_ruler 📏|student 🧑‍🎓|sunglasses 😎
sunny ☀️|sweat_smile 😅|tada 🎉|teacher 🧑‍🏫|technologist 🧑‍💻|telescope 🔭|test_tube 🧪|thinking_face 🤔|thinking 🤔|thought_balloon 💭|ticket 🎫|timer_clock ⏲️
toolbox 🧰|traffic_light 🚥|triangular_flag_on_post 🚩|triangular_ruler 📐|trophy 🏆|turtle 🐢|unlock 🔓|v ✌️|vertical_traffic_light 🚦|wastebasket 🗑️|warning ⚠️
wave 👋|white_check_mark ✅|whale 🐳|wink 😉|world_map 🗺️|wrench 🔧|writing_hand ✍️|x ❌|zap ⚡|zipper_mouth_face 🤐|double_vertical_bar ⏸️|pause_button ⏸️
black_square_for_stop ⏹️|stop_button ⏹️|fast_forward ⏩|rewind ⏪|black_right_pointing_double_triangle_with_vertical_bar ⏭️|next_track_button ⏭️|inbox_tray 📥|outbox_tray 📤
one 1️⃣|two 2️⃣|three 3️⃣|four 4️⃣|five 5️⃣|snail 🐌|snake 🐍|cat 🐱|dog 🐶|fox_face 🦊|bear 🐻|panda_face 🐼|penguin 🐧|unicorn_face 🦄|bee 🐝|dragon 🐉|crown 👑
`;

const TABLE = new Map(
  NAMES.trim()
    .split(/[|\n]/)
    .map((entry): [string, string] => {
      const [name = "", character = ""] = entry.split(" ");
      return [name, character];
    }),
);

/** The character of `name`, given with or without colons (`:gear:`), or undefined. */
export function emoji(name: string): string | undefined {
  return TABLE.get(name.replace(/::skin-tone-[2-6]:?$/, "").replace(/^:|:$/g, ""));
}

/** A persona's icon: a short name, or the character itself when Slack was given one. */
export function iconCharacter(value: string | undefined): string | undefined {
  const text = (value ?? "").trim();
  if (!text) return undefined;
  return emoji(text) ?? (/^\p{Extended_Pictographic}/u.test(text) && text.length <= 16 ? text : undefined);
}

const SHORT_NAME = /:([a-z0-9_+-]{1,60}):(?::skin-tone-[2-6]:)?/gi;

/** Short names in running text become characters, but those that `stays` says are meant as they stand. */
export function withEmoji(text: string, stays: (shortName: string) => boolean = () => false): string {
  return text.replace(SHORT_NAME, (all: string, name: string) => (stays(all) ? all : (TABLE.get(name.toLowerCase()) ?? all)));
}
