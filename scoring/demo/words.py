"""Which words is the made company spelled with? Names of people and firms, none of them real."""

PEOPLE: tuple[tuple[str, ...], ...] = (
    (
        "Anneliese Brückmoser", "Jörn Thalbacher", "Sölvi Håkonsrud", "Mehmet Aydıncık", "Freja Lindeskov",
        "Valentin Großkopp", "Aino Kärkkälä", "Zsófia Rékásy", "Tobias Wendehals", "Ingrid Sætermoen",
    ),
    (
        "Niamh Ó Dálann", "Rhys Penhallin", "Adaeze Okonjobi", "Callum Straithmore", "Priya Chandrasena",
        "Siân Llewelfryn", "Oluwaseun Adeyinro", "Harriet Fenwickley", "Eoin Mac Giollarua",
        "Zainab Qureshani",
    ),
    (
        "Renée Beaulavoie", "DeShawn Merriwell", "Itzel Montañorte", "Kenji Morinagawa",
        "Caitlin O'Sheridane", "José Ángel Villarreyes", "Aaliyah Brooksfield", "Thuỳ Linh Phạmson",
        "Noah Whitecrest", "Yara Haddadine",
    ),
)  # fmt: skip
"""People by team, in the order in which they take a place."""

LEADS = ("Katharina Øvrebø-Stein", "Gwendolyn Ashcombe-Reid", "Marcus Delacroisse")
HEAD = "Ximena Castañares-Holt"
JOINER = "Łukasz Wiśnicki"
GIVEN = (
    "Amara", "Björn", "Chloé", "Dmitri", "Élodie", "Farid", "Greta", "Hiroshi", "Ines", "Jakub", "Kofi",
    "Lærke", "Mirela", "Nikos", "Ottoline", "Paweł", "Quentin", "Rosalía", "Søren", "Tamsin", "Uğur", "Vilde",
    "Wanjiru", "Xóchitl", "Youssef", "Zofia", "Åsa", "Íñigo", "Léonie",
)  # fmt: skip
FAMILY = (
    "Abernethall", "Bąkowiec", "Çelikbaş", "Duquesnay", "Eriksholm", "Falkenrath", "Gundersby", "Hollowell",
    "Ivanescu", "Jürgensmann", "Kowalewicz", "Löwenthaler", "Mbekiso", "Nørregård", "Oyelarin", "Pettigrove",
    "Quintanar", "Rasmusholt", "Šimánková", "Tanakashi", "Ullmannsen", "Vasquelez", "Wetherby", "Xanthakis",
    "Yılmazer", "Zielonka", "Ångermark",
)  # fmt: skip

FIRST = (
    "Alderbrook", "Amberline", "Anvora", "Arcfield", "Ashvale", "Baltara", "Beaconry", "Birkenau Tal",
    "Blauwerk", "Bracken", "Brightmoor", "Brunnfeld", "Calderon Bay", "Caldwyn", "Cedarholm", "Clearwick",
    "Copperlane", "Coralis", "Dalsvik", "Dovetree", "Drumlane", "Eastmark", "Eichwald", "Elbrina", "Eldervik",
    "Emberton", "Falkor", "Fernhill", "Fjellund", "Foxmere", "Garnetia", "Glenavy", "Goldrain", "Granholm",
    "Greyfen", "Halcyra", "Harrowgate", "Havelin", "Heronsby", "Hochfirst", "Ironleaf", "Isarion", "Ivyden",
    "Juniperra", "Kaltenbach", "Kestrelis", "Kieselgrund", "Kingsalder", "Kjelstad", "Kvarnby", "Lakemont",
    "Larkspur", "Lichtenau", "Lindhaven", "Lobelia", "Lumina Nord", "Maplecroft", "Marisol", "Meridia",
    "Millstone", "Morgenrot", "Nebelhorn", "Nordlys", "Northquay", "Oakmantle", "Olivara", "Ormsby",
    "Pinecrest", "Polarine", "Quarrystone", "Quillon", "Ravensby", "Redfern", "Ridgeway", "Rosenhof",
    "Sandpiper", "Sankt Arnual", "Seabright", "Silberquell", "Skogheim", "Slatefield", "Sommerau", "Stavanta",
    "Steinmark", "Stillwater", "Sundalen", "Tamarack", "Tannenberg", "Thistledown", "Tidewell", "Torfin",
    "Trelawn", "Umberline", "Valborg", "Verdantis", "Vestermark", "Viridia", "Walnut Row", "Westhollow",
    "Whitlock", "Wiesengrund", "Willowmere", "Winterglen", "Wolkenstein", "Yarrow", "Yewdale", "Zephyra",
)  # fmt: skip
SECOND: tuple[tuple[str, str], ...] = (
    ("Logistics", "Logistics"), ("Freight", "Logistics"), ("Parcel", "Logistics"), ("Foods", "Food & drink"),
    ("Brewing", "Food & drink"), ("Bakeries", "Food & drink"), ("Health", "Health care"),
    ("Diagnostics", "Health care"), ("Clinics", "Health care"), ("Software", "Software"),
    ("Data", "Software"), ("Cloud", "Software"), ("Robotics", "Manufacturing"), ("Tools", "Manufacturing"),
    ("Castings", "Manufacturing"), ("Textiles", "Manufacturing"), ("Energy", "Energy"), ("Solar", "Energy"),
    ("Retail", "Retail"), ("Outfitters", "Retail"), ("Home", "Retail"), ("Bank", "Financial services"),
    ("Insurance", "Financial services"), ("Capital", "Financial services"), ("Academy", "Education"),
    ("Learning", "Education"), ("Travel", "Hospitality"), ("Hotels", "Hospitality"), ("Media", "Media"),
    ("Studios", "Media"), ("Legal", "Professional services"), ("Consulting", "Professional services"),
    ("Architects", "Professional services"), ("Engineering", "Professional services"),
)  # fmt: skip
"""What a firm does, in its name and in the industry the account carries."""
PLACES = (
    "Altona", "Arboga", "Athlone", "Basel", "Bergen", "Boise", "Bregenz", "Bristol", "Calgary", "Cork",
    "Dayton", "Dundee", "Esbjerg", "Exeter", "Fargo", "Fulda", "Galway", "Graz", "Halifax", "Hull", "Ipswich",
    "Jena", "Kassel", "Kuopio", "Leeds", "Linz", "Lund", "Mainz", "Malmö", "Mobile", "Münster", "Narvik",
    "Norwich", "Odense", "Omaha", "Oulu", "Perth", "Regina", "Reno", "Sligo", "Tampere", "Tulsa", "Ulm",
    "Uppsala", "Vaasa", "Wells", "Winnipeg", "York", "Zug", "Århus",
)  # fmt: skip

COUNTRIES: tuple[tuple[str, str, str, str], ...] = (
    ("Germany", "DACH", " GmbH", " AG"), ("Austria", "DACH", " GmbH", " GmbH & Co. KG"),
    ("Switzerland", "DACH", " AG", " Sàrl"), ("Sweden", "Nordics", " AB", " AB"),
    ("Denmark", "Nordics", " ApS", " A/S"), ("Norway", "Nordics", " AS", " AS"),
    ("Finland", "Nordics", " Oy", " Oyj"), ("United Kingdom", "UK & Ireland", " Ltd", " plc"),
    ("Ireland", "UK & Ireland", " Ltd", " DAC"), ("United States", "North America", ", Inc.", " LLC"),
    ("Canada", "North America", " Inc.", " Ltd."),
)  # fmt: skip
"""Country, region and two legal forms."""
