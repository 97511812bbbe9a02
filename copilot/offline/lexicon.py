"""Words that the grammar knows beside the desk's own: classes, sectors, nicknames, amounts, and English that is
spelt like a ticker."""

from __future__ import annotations

CLASSES = {
    "crypto": "crypto", "cryptos": "crypto", "cryptocurrency": "crypto", "cryptocurrencies": "crypto",
    "coin": "crypto", "coins": "crypto",
    "stock": "equities", "stocks": "equities", "equity": "equities", "equities": "equities",
    "etf": "etfs", "etfs": "etfs", "funds": "etfs",
    "fx": "forex", "forex": "forex", "currency": "forex", "currencies": "forex",
    "commodity": "commodities", "commodities": "commodities",
    "index": "indices", "indices": "indices", "indexes": "indices",
}  # fmt: skip
SECTORS = {
    "tech": "Information Technology", "technology": "Information Technology", "software": "Information Technology",
    "semis": "Information Technology", "semiconductors": "Information Technology",
    "communication": "Communication Services", "communications": "Communication Services",
    "telecom": "Communication Services", "media": "Communication Services",
    "discretionary": "Consumer Discretionary", "staples": "Consumer Staples",
    "financials": "Financials", "financial": "Financials", "banks": "Financials",
    "healthcare": "Health Care", "health": "Health Care", "pharma": "Health Care", "biotech": "Health Care",
    "energy": "Energy", "industrials": "Industrials", "industrial": "Industrials", "materials": "Materials",
    "utilities": "Utilities", "estate": "Real Estate", "metals": "Metals", "grains": "Grains",
    "defi": "DeFi", "meme": "Meme", "memes": "Meme",
}  # fmt: skip
NICKNAMES = {
    "gold futures": "GC", "micro gold": "MGC", "gold": "XAU-USD", "silver": "XAG-USD", "gold future": "GC",
    "oil": "CL", "crude": "CL", "crude oil": "CL", "brent": "BZ", "natural gas": "NG", "natgas": "NG",
    "copper": "HG", "platinum": "PL", "palladium": "PA", "corn": "ZC", "wheat": "ZW", "soybeans": "ZS",
    "soybean": "ZS", "cattle": "LE", "coffee": "KC", "sugar": "SB", "cocoa": "CC", "cotton": "CT",
    "ether": "ETH-USD", "google": "GOOGL", "facebook": "META", "euro": "EUR-USD", "yen": "USD-JPY",
    "sterling": "GBP-USD", "s&p 500": "SPX", "s&p": "SPX", "nasdaq": "NDX", "dow": "DJI", "dow jones": "DJI",
}  # fmt: skip
SHARES = {
    "all": 100, "everything": 100, "whole": 100, "entire": 100, "half": 50, "third": 33, "quarter": 25, "tenth": 10,
}  # fmt: skip
_UP_WORDS = """
rise risen rose rising up gained gain gains higher above climbed jumped rally rallies grew
"""
UP = frozenset(_UP_WORDS.split())
_DOWN_WORDS = """
fall fell falls fallen falling down dropped drop drops lost lose lower below declined crash crashes crashed slump
slumped sank sinks plunge plunged tanks
"""
DOWN = frozenset(_DOWN_WORDS.split())
_BUY_WORDS = """
buy buying bought purchase acquire long add get
"""
BUY = frozenset(_BUY_WORDS.split())
_SELL_WORDS = """
sell selling sold short dump trim reduce exit offload close
"""
SELL = frozenset(_SELL_WORDS.split())
_NEGATIONS_WORDS = """
not don't dont never no without cannot can't
"""
NEGATIONS = frozenset(_NEGATIONS_WORDS.split())
_ENGLISH_WORDS = """
a about above add after all am an and any are as ask at be below best big book brief but buy by can card care cash
cat close coins cost costs could d day dash did do doing down due else ever fall far fast few for from fun gap get
go good had hack has have he hedge her here high his hold how i if in into is it its just key know large last let
like limit line link long loss lots low ma make many may me mean money month more most move much my near net new
news no not now of off ok on one only op open or order orders our out over own pay pick plan play price put rate
real rise risk run same save sell she short should show size so some stop take tan tell than that the their them
then they this to today too top trade two uni up us use v very want was we week well what when which who why will
win with would year yes you your market markets stock stocks sector performance main total next industrial
communication consumer developed energy financial select health materials utilities income growth value
"""
ENGLISH = frozenset(_ENGLISH_WORDS.split())
