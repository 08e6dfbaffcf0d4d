/* What answers are made of: PV_SCHEMA(name, JSON schema with ' for "). Documents, tallies and records are
   those of F1, F3 and F4. */

#define REF(name) "{'$ref':'#/components/schemas/" #name "'}"
#define LIST(name) "{'type':'array','items':" REF(name) "}"
#define OR_NULL(name) "{'anyOf':[" REF(name) ",{'type':'null'}]}"
#define BOOL "{'type':'boolean'}"
#define TEXT "{'type':'string'}"
#define TEXT_OR_NULL "{'type':['string','null'],'minLength':1}"
#define ULID "[0-7][0-9A-HJKMNP-TV-Z]{25}"
/* What every part of a document begins with, and what has a name. */
#define PART "'id':" REF(Ulid) ",'version':" REF(Version) ",'deleted':" BOOL
#define NAMED PART ",'name':" REF(Name) ",'description':" TEXT_OR_NULL
#define PAPER NAMED ",'opened':" OR_NULL(Time) ",'closed':" OR_NULL(Time) ",'competitions':" LIST(Competition)
#define PAPER_KEYS "'id','version','deleted','name','description','opened','closed','competitions'"
#define NEXT                                                                                                 \
    "'next':{'anyOf':[" REF(                                                                                 \
        Count) ",{'type':'null'}],'description':'Where the next page begins; null: this is the last.'}"

/* clang-format off */
PV_SCHEMA(Ulid, "{'type':'string','pattern':'^" ULID "$','description':'In upper case.'}")
PV_SCHEMA(Stream, "{'type':'string','pattern':'^Election-" ULID "$'}")
PV_SCHEMA(Count, "{'type':'integer','format':'int64','minimum':0}")
PV_SCHEMA(Version, "{'type':'integer','format':'int64','minimum':-1}")
PV_SCHEMA(Phase, "{'enum':['draft','open','closed','deleted']}")
PV_SCHEMA(Time, "{'type':'string','pattern':'^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\\\\.[0-9]{6})?Z$',"
    "'description':'UTC.'}")

PV_SCHEMA(Elections, "{'type':'object','required':['elections','next'],'properties':{'elections':" LIST(Summary) ","
    "'next':{'anyOf':[" REF(Ulid) ",{'type':'null'}],'description':'For after; null: this is the last page.'}}}")
PV_SCHEMA(Summary, "{'type':'object','required':['id','name','phase','version','competitions','candidates','voters',"
    "'ballots_issued','ballots_cast'],'properties':{'id':" REF(Ulid) ",'name':" REF(Name) ",'phase':" REF(Phase) ","
    "'version':" REF(Version) ",'competitions':" REF(Count) ",'candidates':" REF(Count) ",'voters':" REF(Count) ","
    "'ballots_issued':" REF(Count) ",'ballots_cast':" REF(Count) "}}")

PV_SCHEMA(Paper, "{'type':'object','required':[" PAPER_KEYS "],'properties':{" PAPER "}}")
PV_SCHEMA(Document, "{'type':'object','required':[" PAPER_KEYS ",'voters','ballots'],'properties':{" PAPER ","
    "'voters':" LIST(Voter) ",'ballots':" LIST(RatedBallot) "}}")
PV_SCHEMA(Competition, "{'type':'object','required':['id','version','deleted','name','description','candidates'],"
    "'properties':{" NAMED ",'candidates':" LIST(Candidate) "}}")
PV_SCHEMA(Candidate, "{'type':'object','required':['id','version','deleted','name','description','image'],"
    "'properties':{" NAMED ",'image':" OR_NULL(Image) "}}")
PV_SCHEMA(Image, "{'type':'object','required':['url','caption'],'properties':{'url':" REF(ImageUrl) ",'caption':" TEXT_OR_NULL "}}")
PV_SCHEMA(Voter, "{'type':'object','required':['id','version','deleted','name','email','ballot_issued'],"
    "'properties':{" PART ",'name':" REF(Name) ",'email':" REF(Email) ",'ballot_issued':" BOOL "}}")
PV_SCHEMA(RatedBallot, "{'type':'object','required':['id','version','deleted','voter_id','ratings','cast'],"
    "'properties':{" PART ",'voter_id':" REF(Ulid) ",'ratings':" REF(Ratings) ",'cast':" BOOL "}}")
PV_SCHEMA(Ballot, "{'type':'object','description':'While the election is open, the administrator is not shown the ratings.',"
    "'required':['id','version','deleted','voter_id','cast'],'properties':{" PART ",'voter_id':" REF(Ulid) ","
    "'ratings':" REF(Ratings) ",'cast':" BOOL "}}")
PV_SCHEMA(Ratings, "{'type':'object','description':'By competition, then by candidate.','propertyNames':" REF(Ulid) ","
    "'additionalProperties':{'type':'object','minProperties':1,'propertyNames':" REF(Ulid) ",'additionalProperties':" REF(Rating) "}}")
PV_SCHEMA(Voters, "{'type':'object','required':['version','voters','next'],'properties':{'version':" REF(Version) ","
    "'voters':" LIST(Voter) "," NEXT "}}")
PV_SCHEMA(Ballots, "{'type':'object','required':['version','ballots','next'],'properties':{'version':" REF(Version) ","
    "'ballots':" LIST(Ballot) "," NEXT "}}")

PV_SCHEMA(Tally, "{'type':'object','required':['election','name','version','phase','voters','ballots_issued','ballots_cast',"
    "'competitions'],'properties':{'election':" REF(Ulid) ",'name':" REF(Name) ",'version':" REF(Version) ",'phase':" REF(Phase) ","
    "'voters':" REF(Count) ",'ballots_issued':" REF(Count) ",'ballots_cast':" REF(Count) ",'competitions':" LIST(TallyOfCompetition) "}}")
PV_SCHEMA(TallyOfCompetition, "{'type':'object','required':['id','name','candidates'],'properties':{'id':" REF(Ulid) ","
    "'name':" REF(Name) ",'candidates':" LIST(TallyOfCandidate) "}}")
PV_SCHEMA(TallyOfCandidate, "{'type':'object','required':['rank','id','name','ratings','sum','mean','median','histogram'],"
    "'properties':{'rank':{'type':'integer','minimum':1},'id':" REF(Ulid) ",'name':" REF(Name) ",'ratings':" REF(Count) ","
    "'sum':" REF(Count) ",'mean':{'type':['number','null'],'minimum':1,'maximum':5,'description':'Rounded half up to 4 decimals.'},"
    "'median':{'type':['number','null'],'minimum':1,'maximum':5},"
    "'histogram':{'type':'array','description':'How many of 1 star, of 2, and so on.','items':" REF(Count) ",'minItems':5,'maxItems':5}}}")

PV_SCHEMA(Records, "{'type':'object','required':['events','next'],'properties':{'events':" LIST(Record) "," NEXT "}}")
PV_SCHEMA(Record, "{'type':'object','description':'As it was recorded. Data that is no JSON object is null, with its bytes as "
    "base64 beside it.','required':['stream','number','type','data'],'properties':{'stream':" TEXT ",'number':" REF(Count) ","
    "'type':" TEXT ",'data':{'type':['object','null']},'data_base64':" TEXT ",'id':" TEXT ",'created':" TEXT ","
    "'position':" REF(Count) ",'metadata':" OR_NULL(Metadata) ",'metadata_base64':" TEXT "}}")
PV_SCHEMA(Metadata, "{'type':'object','description':'Who, when, where and why, and what it belongs to.','properties':{"
    "'$correlationId':{},'$causationId':{},'who':{},'when':{},'where':{},'why':{}},'additionalProperties':true}")
PV_SCHEMA(Refusals, "{'type':'object','required':['refusals','next'],'properties':{'refusals':" LIST(Refusal) "," NEXT "}}")
PV_SCHEMA(Refusal, "{'type':'object','required':['sequence','id','type','code','field','message','at','metadata','data'],"
    "'properties':{'sequence':" REF(Count) ",'id':" REF(Ulid) ",'type':" TEXT ",'code':" REF(Code) ",'field':" TEXT_OR_NULL ","
    "'message':" TEXT ",'at':" REF(Time) ",'metadata':" OR_NULL(Metadata) ",'data':{'type':['object','null']}}}")
PV_SCHEMA(Code, "{'type':'string','pattern':'^[a-z_]+$','description':'Why it was not recorded.'}")
PV_SCHEMA(EventStatus, "{'oneOf':["
    "{'type':'object','required':['id','status','stream','number','position'],'properties':{'id':" REF(Ulid) ","
    "'status':{'const':'recorded'},'stream':" TEXT ",'number':" REF(Count) ",'position':{'type':['integer','null'],'minimum':0}}},"
    "{'type':'object','required':['id','status','stream','code','field','message'],'properties':{'id':" REF(Ulid) ","
    "'status':{'const':'refused'},'stream':" REF(Stream) ",'code':" REF(Code) ",'field':" TEXT_OR_NULL ",'message':" TEXT "}},"
    "{'type':'object','required':['id','status'],'properties':{'id':" REF(Ulid) ",'status':{'const':'unknown'}}}]}")

PV_SCHEMA(LiveState, "{'type':'object','description':'The data of the first message of a live stream.','required':['version'],"
    "'properties':{'version':" REF(Version) "}}")
PV_SCHEMA(RatedInSecret, "{'type':'object','description':'A rating, for whoever may not see it.','required':['ballot_id'],"
    "'properties':{'ballot_id':" REF(Ulid) "},'maxProperties':1}")
PV_SCHEMA(Health, "{'type':'object','required':['status'],'properties':{'status':{'const':'alive'}}}")
PV_SCHEMA(Readiness, "{'type':'object','description':'And the parts with their state.','required':['status'],"
    "'properties':{'status':{'enum':['ready','not ready']}},'additionalProperties':true}")
/* clang-format on */

#undef REF
#undef LIST
#undef OR_NULL
#undef BOOL
#undef TEXT
#undef TEXT_OR_NULL
#undef ULID
#undef PART
#undef NAMED
#undef PAPER
#undef PAPER_KEYS
#undef NEXT
