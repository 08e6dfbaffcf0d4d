"""FastAPI under uvicorn that takes the same event, validates it by a pydantic model, and answers; it keeps nothing.

usage: fastapi_validate.py PORT
"""

import sys

import fastapi
import pydantic
import uvicorn

ULID = pydantic.constr(regex="^[0-7][0-9A-HJKMNP-TV-Z]{25}$")


class BallotCandidateRated(pydantic.BaseModel):
    id: ULID
    election_id: ULID
    ballot_id: ULID
    competition_id: ULID
    candidate_id: ULID
    rating: pydantic.conint(strict=True, ge=1, le=5) | None


app = fastapi.FastAPI()


@app.put("/ballot/candidate-rated")
async def candidate_rated(event: BallotCandidateRated):
    return {"id": event.id}


uvicorn.run(app, port=int(sys.argv[1]), log_level="warning", access_log=False, loop="uvloop", http="httptools")
