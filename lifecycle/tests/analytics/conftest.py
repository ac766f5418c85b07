"""Real data for the models, read where it is present beside the project."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

DATA = Path(__file__).resolve().parents[3].parent / "shared" / "data"
CALIBRATION_DAYS = 39 * 7


def present(name: str) -> Path:
    path = DATA / name
    if not path.exists():
        pytest.skip(f"real data is not here: ../shared/data/{name}")
    return path


@pytest.fixture(scope="session")
def cdnow_sample() -> pd.DataFrame:
    """A row a customer and day of the papers' sample: customer, day (0 = 1997-01-01), amount."""
    rows = pd.read_csv(
        present("cdnow/CDNOW_sample.txt"),
        sep=r"\s+",
        header=None,
        names=["master", "customer", "date", "discs", "amount"],
    )
    days = rows.groupby(["customer", "date"], as_index=False)["amount"].sum()
    dates = pd.to_datetime(days["date"].astype(str))
    days["day"] = (dates - pd.Timestamp("1997-01-01")).dt.days
    return days


@pytest.fixture(scope="session")
def cdnow_rhythm(cdnow_sample) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """x, t_x and T in weeks after the 39 weeks of the papers."""
    known = cdnow_sample[cdnow_sample["day"] < CALIBRATION_DAYS]
    table = known.groupby("customer")["day"].agg(["size", "min", "max"])
    x = table["size"].to_numpy() - 1
    t_x = (table["max"] - table["min"]).to_numpy() / 7
    return x, t_x, (CALIBRATION_DAYS - 1 - table["min"]).to_numpy() / 7


@pytest.fixture(scope="session")
def cdnow_days() -> pd.DataFrame:
    """All 23,570 customers as days with gross and net."""
    rows = pd.read_csv(
        present("cdnow/CDNOW_master.txt.gz"),
        sep=r"\s+",
        header=None,
        skiprows=1,
        names=["customer", "date", "discs", "amount"],
    )
    day = pd.to_datetime(rows["date"].astype(str))
    return pd.DataFrame(
        {"customer": rows["customer"], "day": day, "gross": rows["amount"], "net": rows["amount"]}
    )


@pytest.fixture(scope="session")
def online_retail_days() -> pd.DataFrame:
    """Online Retail by customer and local day; returns lower the net and never count as gross."""
    rows = pd.read_csv(
        present("online_retail_lines.csv.gz"),
        usecols=["Quantity", "InvoiceDate", "UnitPrice", "CustomerID"],
    ).dropna(subset=["CustomerID"])
    amount = rows["Quantity"] * rows["UnitPrice"]
    lines = pd.DataFrame(
        {
            "customer": rows["CustomerID"].astype(int),
            "day": pd.to_datetime(rows["InvoiceDate"].str[:10]),
            "gross": amount.clip(lower=0),
            "net": amount,
        }
    )
    return lines.groupby(["customer", "day"], as_index=False).sum()
