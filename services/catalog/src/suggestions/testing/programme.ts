/** A realistic programme in many scripts: what is on at each venue. */
interface VenueProgramme {
  venue: string;
  city: string;
  country: string;
  timeZone: string;
  /** Titles; of several, the first is the title and the others are aliases. */
  events: readonly (string | readonly string[])[];
}

const at = (
  venue: string,
  city: string,
  country: string,
  timeZone: string,
  events: VenueProgramme["events"],
): VenueProgramme => ({ venue, city, country, timeZone, events });

const london = (venue: string, ...events: VenueProgramme["events"]) =>
  at(venue, "London", "GB", "Europe/London", events);
const berlin = (venue: string, ...events: VenueProgramme["events"]) =>
  at(venue, "Berlin", "DE", "Europe/Berlin", events);
const paris = (venue: string, ...events: VenueProgramme["events"]) =>
  at(venue, "Paris", "FR", "Europe/Paris", events);
const tokyo = (venue: string, ...events: VenueProgramme["events"]) =>
  at(venue, "東京", "JP", "Asia/Tokyo", events);

export const PROGRAMME: readonly VenueProgramme[] = [
  london(
    "The O2",
    "Coldplay",
    "Dua Lipa",
    "Arctic Monkeys",
    "Elton John: Farewell",
    "Sam Smith",
    "Disney on Ice",
  ),
  london(
    "Wembley Stadium",
    "Taylor Swift | The Eras Tour",
    "Foo Fighters",
    "England v Scotland",
    "FA Cup Final",
  ),
  london("OVO Arena Wembley", "Nick Cave & The Bad Seeds", "Lewis Capaldi", "Dave Chappelle", "The 1975"),
  london(
    "Royal Albert Hall",
    "Last Night of the Proms",
    "Eric Clapton",
    "Handel's Messiah",
    "Hans Zimmer Live",
  ),
  london("Ronnie Scott's", "Gregory Porter", "Ezra Collective", "Jazz Jam Session", "Courtney Pine"),
  london("Victoria Palace Theatre", "Hamilton", ["Hamilton – Gala Night", "Hamilton Charity Gala"]),
  london("Lyceum Theatre", "The Lion King", "The Lion King: Relaxed Performance"),
  london("Apollo Victoria Theatre", "Wicked"),
  london("Shakespeare's Globe", "A Midsummer Night's Dream", "Hamlet", "Romeo and Juliet", "King Lear"),
  london("Hammersmith Apollo", "Michael McIntyre", "Sarah Millican", "Jack Whitehall", "Romesh Ranganathan"),
  london(
    "Emirates Stadium",
    "Arsenal v Chelsea",
    "Arsenal v Tottenham Hotspur",
    "Arsenal Women v Manchester City",
  ),
  london("Tottenham Hotspur Stadium", "Beyoncé", "Tottenham Hotspur v Liverpool", "NFL London Game"),
  at("AO Arena", "Manchester", "GB", "Europe/London", ["Oasis", "Peter Kay", "Liam Gallagher", "Blossoms"]),
  at("Old Trafford", "Manchester", "GB", "Europe/London", [
    "Manchester United v Arsenal",
    "Manchester United v Everton",
  ]),
  at("OVO Hydro", "Glasgow", "GB", "Europe/London", [
    "Biffy Clyro",
    "Paolo Nutini",
    "Deacon Blue",
    "Coldplay",
  ]),
  at("3Arena", "Dublin", "IE", "Europe/Dublin", [
    "U2",
    "Fontaines D.C.",
    "Hozier",
    "Sinéad O'Connor Tribute",
  ]),
  at("Vicar Street", "Dublin", "IE", "Europe/Dublin", ["Dara Ó Briain", "Tommy Tiernan", "Glen Hansard"]),
  at("Worthy Farm", "Pilton", "GB", "Europe/London", [["Glastonbury Festival", "Glasto"]]),
  at("Madison Square Garden", "New York", "US", "America/New_York", [
    ...["Billy Joel", "Harry Styles", "New York Knicks vs. Boston Celtics", "Rangers vs. Bruins", "Phish"],
  ]),
  at("Carnegie Hall", "New York", "US", "America/New_York", [
    ...["New York Philharmonic: Mahler 5", "Yuja Wang", "Yo-Yo Ma & Emanuel Ax"],
  ]),
  at("Metropolitan Opera House", "New York", "US", "America/New_York", [
    ...["La Bohème", "Carmen", "Die Zauberflöte", "Aida", "Tosca"],
  ]),
  at("Richard Rodgers Theatre", "New York", "US", "America/New_York", [
    "Hamilton",
    "Hamilton: Closing Night",
  ]),
  at("Blue Note", "New York", "US", "America/New_York", ["Robert Glasper", "Chris Botti", "Snarky Puppy"]),
  at("Hollywood Bowl", "Los Angeles", "US", "America/Los_Angeles", [
    ...["John Williams: Maestro of the Movies", "Diana Ross", "Playboy Jazz Festival"],
  ]),
  at("Crypto.com Arena", "Los Angeles", "US", "America/Los_Angeles", [
    ...["Los Angeles Lakers vs. Golden State Warriors", "Kendrick Lamar", "Olivia Rodrigo"],
  ]),
  at("Empire Polo Club", "Indio", "US", "America/Los_Angeles", [
    ["Coachella Valley Music and Arts Festival", "Coachella"],
  ]),
  at("Red Rocks Amphitheatre", "Morrison", "US", "America/Denver", [
    "Widespread Panic",
    "Tame Impala",
    "Bon Iver",
  ]),
  at("Scotiabank Arena", "Toronto", "CA", "America/Toronto", [
    "Drake",
    "Toronto Raptors vs. Miami Heat",
    "The Weeknd",
  ]),
  at("Centre Bell", "Montréal", "CA", "America/Toronto", [
    "Cirque du Soleil: Kooza",
    "Céline Dion",
    "Canadiens c. Bruins",
  ]),
  berlin("Uber Arena", "Rammstein", "Helene Fischer", "Alba Berlin gegen Bayern München", "Die Ärzte"),
  berlin("Philharmonie", "Berliner Philharmoniker: Beethoven 9", "Igor Levit", "Anne-Sophie Mutter"),
  berlin("Waldbühne", "Nick Cave & The Bad Seeds", "Die Toten Hosen", "Pur"),
  berlin("Berghain", "Klubnacht", "Ellen Allien"),
  at("Elbphilharmonie", "Hamburg", "DE", "Europe/Berlin", [
    "NDR Elbphilharmonie Orchester",
    "Nils Frahm",
    "Matthäus-Passion",
  ]),
  at("Olympiastadion", "München", "DE", "Europe/Berlin", ["Helene Fischer", "Metallica", "Robbie Williams"]),
  at("Theresienwiese", "München", "DE", "Europe/Berlin", ["Oktoberfest: Zeltreservierung"]),
  at("Lanxess Arena", "Köln", "DE", "Europe/Berlin", [
    "Kölner Lichter",
    "Höhner Rockin' Roncalli Show",
    "BAP",
  ]),
  at("Wiener Konzerthaus", "Wien", "AT", "Europe/Vienna", [
    "Wiener Symphoniker: Brahms",
    "Vienna Blues Spring",
  ]),
  at("Wiener Staatsoper", "Wien", "AT", "Europe/Vienna", [
    "Die Fledermaus",
    "Der Rosenkavalier",
    "Don Giovanni",
  ]),
  at("Hallenstadion", "Zürich", "CH", "Europe/Zurich", ["Züri West", "Art on Ice", "Stephan Eicher"]),
  at("Auditorium Stravinski", "Montreux", "CH", "Europe/Zurich", ["Montreux Jazz Festival: Herbie Hancock"]),
  paris("Accor Arena", "Stromae", "Angèle", "Roland-Garros Exhibition", "Indochine", "PNL"),
  paris("L'Olympia", "Charlotte Cardin", "Vanessa Paradis", "Les Misérables en concert", "-M-"),
  paris("Stade de France", "France – Italie", "Mylène Farmer", "Beyoncé", "Burna Boy"),
  paris("Opéra Garnier", "Le Lac des cygnes", "Giselle", "Così fan tutte"),
  at("Halle Tony Garnier", "Lyon", "FR", "Europe/Paris", ["Orelsan", "Phoenix", "Bigflo & Oli"]),
  at("Johan Cruijff ArenA", "Amsterdam", "NL", "Europe/Amsterdam", [
    "Ajax – Feyenoord",
    "Toppers in Concert",
    "Armin van Buuren",
  ]),
  at("Concertgebouw", "Amsterdam", "NL", "Europe/Amsterdam", [
    "Koninklijk Concertgebouworkest: Mahler 2",
    "Janine Jansen",
  ]),
  at("De Schorre", "Boom", "BE", "Europe/Brussels", ["Tomorrowland Weekend 1", "Tomorrowland Weekend 2"]),
  at("Royal Arena", "København", "DK", "Europe/Copenhagen", [
    "Mø",
    "Volbeat",
    "Lukas Graham",
    "Håndbold: Danmark – Norge",
  ]),
  at("Roskilde Dyrskueplads", "Roskilde", "DK", "Europe/Copenhagen", ["Roskilde Festival"]),
  at("Oslo Spektrum", "Oslo", "NO", "Europe/Oslo", ["Sigrid", "Kygo", "A-ha", "Røyksopp"]),
  at("Avicii Arena", "Stockholm", "SE", "Europe/Stockholm", [
    "Ghost",
    "Håkan Hellström",
    "Roxette Tribute",
    "Sabaton",
  ]),
  at("Malmö Arena", "Malmö", "SE", "Europe/Stockholm", [
    "Eurovision Song Contest: Grand Final",
    "Måns Zelmerlöw",
  ]),
  at("Harpa", "Reykjavík", "IS", "Atlantic/Reykjavik", [
    "Björk: Cornucopia",
    "Sigur Rós",
    "Iceland Airwaves",
    "Of Monsters and Men",
  ]),
  at("Helsingin jäähalli", "Helsinki", "FI", "Europe/Helsinki", ["Nightwish", "HIM", "Apocalyptica"]),
  at("PGE Narodowy", "Warszawa", "PL", "Europe/Warsaw", [
    "Dawid Podsiadło",
    "Męskie Granie",
    "Polska – Niemcy",
  ]),
  at("Atlas Arena", "Łódź", "PL", "Europe/Warsaw", ["Sanah", "Myslovitz", "Kult: Pomarańczowa Trasa"]),
  at("O2 arena", "Praha", "CZ", "Europe/Prague", ["Kabát", "Metallica"]),
  at("Lucerna", "Praha", "CZ", "Europe/Prague", ["Lucie", "Karel Gott: vzpomínka"]),
  at("Rudolfinum", "Praha", "CZ", "Europe/Prague", ["Česká filharmonie: Dvořák", "Pražské jaro: Smetana"]),
  at("Papp László Sportaréna", "Budapest", "HU", "Europe/Budapest", [
    "Ákos",
    "Kispál és a Borz",
    "Sziget Nagyszínpad",
  ]),
  at("Estádio do Dragão", "Porto", "PT", "Europe/Lisbon", [
    "FC Porto – Benfica",
    "António Zambujo",
    "Coldplay",
  ]),
  at("Palacio de Deportes", "Madrid", "ES", "Europe/Madrid", [
    "Rosalía",
    "Joaquín Sabina",
    "Alejandro Sanz",
    "Estopa",
  ]),
  at("Camp Nou", "Barcelona", "ES", "Europe/Madrid", [
    "FC Barcelona – Real Madrid",
    "FC Barcelona – Atlético de Madrid",
  ]),
  at("Gran Teatre del Liceu", "Barcelona", "ES", "Europe/Madrid", ["Turandot", "La Traviata", "Norma"]),
  at("Parc del Fòrum", "Barcelona", "ES", "Europe/Madrid", ["Primavera Sound"]),
  at("Teatro alla Scala", "Milano", "IT", "Europe/Rome", ["Rigoletto", "Nabucco", "Il barbiere di Siviglia"]),
  at("Arena di Verona", "Verona", "IT", "Europe/Rome", ["Aida", "Zucchero", "Tosca"]),
  at("Stadio San Siro", "Milano", "IT", "Europe/Rome", ["Inter – Juventus", "Vasco Rossi", "Måneskin"]),
  at("Allianz Parque", "São Paulo", "BR", "America/Sao_Paulo", [
    "Anitta",
    "Caetano Veloso",
    "Palmeiras x Corinthians",
  ]),
  at("Maracanã", "Rio de Janeiro", "BR", "America/Sao_Paulo", ["Flamengo x Fluminense", "Ivete Sangalo"]),
  at("Teatro Colón", "Buenos Aires", "AR", "America/Argentina/Buenos_Aires", [
    "Martha Argerich",
    "Astor Piazzolla: Homenaje",
  ]),
  at("Foro Sol", "Ciudad de México", "MX", "America/Mexico_City", [
    "Café Tacvba",
    "Luis Miguel",
    "Peso Pluma",
  ]),
  at("Sydney Opera House", "Sydney", "AU", "Australia/Sydney", [
    "Madama Butterfly",
    "Tim Minchin",
    "Sydney Symphony: Planets",
  ]),
  at("Melbourne Cricket Ground", "Melbourne", "AU", "Australia/Melbourne", [
    "AFL Grand Final",
    "Boxing Day Test",
  ]),
  at("Megaron", "Αθήνα", "GR", "Europe/Athens", ["Μαρία Φαραντούρη", "Αφιέρωμα στον Μίκη Θεοδωράκη"]),
  at("Ωδείο Ηρώδου Αττικού", "Αθήνα", "GR", "Europe/Athens", [
    "Γιώργος Νταλάρας",
    "Αντιγόνη",
    "Χάρις Αλεξίου",
  ]),
  at("Большой театр", "Москва", "RU", "Europe/Moscow", [
    "Щелкунчик",
    "Лебединое озеро",
    "Евгений Онегин",
    "Спящая красавица",
  ]),
  at("Крокус Сити Холл", "Москва", "RU", "Europe/Moscow", ["Земфира", "Сплин", "Ленинград", "Ёлка"]),
  at("Палац спорту", "Київ", "UA", "Europe/Kyiv", [
    "Океан Ельзи",
    "ДахаБраха",
    "Скрябін: концерт пам'яті",
    "Go_A",
  ]),
  at("Арена Армеец", "София", "BG", "Europe/Sofia", ["Слави Трифонов", "Щурците", "Лили Иванова"]),
  at("Штарк Арена", "Београд", "RS", "Europe/Belgrade", [
    "Здравко Чолић",
    "Железничар",
    "Ђорђе Балашевић – Сећање",
  ]),
  at("היכל מנורה מבטחים", "תל אביב", "IL", "Asia/Jerusalem", [
    "עומר אדם",
    "שלמה ארצי",
    "מכבי תל אביב – הפועל ירושלים",
  ]),
  at("دار الأوبرا المصرية", "القاهرة", "EG", "Africa/Cairo", ["عمر خيرت", "أنغام", "ليلة أم كلثوم"]),
  at("Coca-Cola Arena", "دبي", "AE", "Asia/Dubai", ["محمد عبده", "نانسي عجرم", "كاظم الساهر"]),
  at("تالار وحدت", "تهران", "IR", "Asia/Tehran", ["همایون شجریان", "کیهان کلهر", "شب موسیقی ایرانی"]),
  at("Harbiye Açıkhava", "İstanbul", "TR", "Europe/Istanbul", [
    "Sezen Aksu",
    "Tarkan",
    "Fazıl Say",
    "Şebnem Ferah",
    "Duman",
  ]),
  at("NSCI Dome", "मुंबई", "IN", "Asia/Kolkata", ["अरिजीत सिंह लाइव", "सुनिधि चौहान", "हिन्दी कवि सम्मेलन"]),
  at("Eden Gardens", "Kolkata", "IN", "Asia/Kolkata", [
    "India vs Australia",
    "Kolkata Knight Riders vs Mumbai Indians",
  ]),
  at("রবীন্দ্র সদন", "কলকাতা", "IN", "Asia/Kolkata", ["রবীন্দ্রসঙ্গীত সন্ধ্যা", "অনুপম রায়"]),
  at("Music Academy", "சென்னை", "IN", "Asia/Kolkata", ["மார்கழி இசை விழா", "இளையராஜா"]),
  tokyo("東京ドーム", "宇多田ヒカル", "読売ジャイアンツ 対 阪神タイガース", "BUMP OF CHICKEN", "嵐 復活祭"),
  tokyo("日本武道館", "米津玄師", "あいみょん", "クイーン", "ビートルズ・トリビュート"),
  tokyo("東京国際フォーラム", "東京マラソン前夜祭", "初音ミクシンフォニー", "久石譲"),
  tokyo("歌舞伎座", "義経千本桜", "仮名手本忠臣蔵"),
  tokyo("国技館", "大相撲初場所"),
  at("大阪城ホール", "大阪", "JP", "Asia/Tokyo", [
    "サントリー1万人の第九",
    "宇多田ヒカル",
    "ももいろクローバーZ",
  ]),
  at("新国立劇場", "東京", "JP", "Asia/Tokyo", ["くるみ割り人形", "白鳥の湖"]),
  at("고척스카이돔", "서울", "KR", "Asia/Seoul", [
    "방탄소년단",
    "블랙핑크",
    "아이유 콘서트",
    "키움 히어로즈 대 두산 베어스",
  ]),
  at("올림픽공원", "서울", "KR", "Asia/Seoul", ["서울재즈페스티벌", "멜로망스", "뷰티풀 민트 라이프"]),
  at("国家大剧院", "北京", "CN", "Asia/Shanghai", ["茶馆", "梁祝小提琴协奏曲", "红色娘子军", "新年音乐会"]),
  at("鸟巢", "北京", "CN", "Asia/Shanghai", ["周杰伦嘉年华世界巡回演唱会", "五月天", "林俊杰"]),
  at("香港體育館", "香港", "HK", "Asia/Hong_Kong", ["張學友經典世界巡迴演唱會", "陳奕迅", "容祖兒"]),
  at("台北小巨蛋", "台北", "TW", "Asia/Taipei", ["蔡依林", "五月天", "張惠妹"]),
  at("อิมแพ็ค อารีน่า", "กรุงเทพมหานคร", "TH", "Asia/Bangkok", [
    "คอนเสิร์ตบอดี้สแลม",
    "ลำไย ไหทองคำ",
    "แบมแบม เดอะ โชว์",
  ]),
  at("Nhà hát Lớn", "Hà Nội", "VN", "Asia/Ho_Chi_Minh", [
    "Mỹ Linh",
    "Đen Vâu",
    "Hồ Thiên Nga",
    "Trịnh Công Sơn: Nối vòng tay lớn",
  ]),
  at("Singapore Indoor Stadium", "Singapore", "SG", "Asia/Singapore", [
    "Jay Chou",
    "Stefanie Sun",
    "BLACKPINK",
  ]),
  at("Gelora Bung Karno", "Jakarta", "ID", "Asia/Jakarta", ["Dewa 19", "Raisa", "Indonesia vs Malaysia"]),
  at("Mall of Asia Arena", "Manila", "PH", "Asia/Manila", ["Eraserheads", "SB19", "Ben&Ben"]),
  at("Thalia Mara Hall", "Jackson", "US", "America/Chicago", [
    "B.B. King Tribute",
    "USA International Ballet Competition",
  ]),
  at("Fernsehturm Areal", "Stuttgart", "DE", "Europe/Berlin", ["AC/DC", "P!nk", "Jazz Open: Jamie Cullum"]),
  at("Savannah Theatre", "Savannah", "US", "America/New_York", [
    "R.E.M. Explored",
    "Jay-Z Symphonic",
    "Rock 'n' Roll Circus",
  ]),
  at("የኢትዮጵያ ብሔራዊ ትያትር", "አዲስ አበባ", "ET", "Africa/Addis_Ababa", ["ቴዲ አፍሮ", "ሙላቱ አስታጥቄ"]),
  at("თბილისის ოპერა", "თბილისი", "GE", "Asia/Tbilisi", ["დაისი", "ნინო ქათამაძე"]),
  at("Արամ Խաչատրյան համերգասրահ", "Երևան", "AM", "Asia/Yerevan", [
    "Արամ Խաչատրյան. Գայանե",
    "Տիգրան Համասյան",
  ]),
];
