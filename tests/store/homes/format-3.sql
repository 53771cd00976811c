BEGIN TRANSACTION;
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('f0003');
CREATE TABLE checkpoint (
	size INTEGER NOT NULL, 
	root BLOB NOT NULL, 
	at VARCHAR(27) NOT NULL, 
	note TEXT NOT NULL, 
	frontier TEXT NOT NULL, 
	PRIMARY KEY (size)
);
INSERT INTO "checkpoint" VALUES(3,X'DF36952DDDABA955D7010507A0E1EC854F8862EC9777EF6F5DCA4979DE361378','2025-03-01T00:00:04.000000Z','kept-3.example
3
3zaVLd2rqVXXAQUHoOHshU+IYuyXd+9vXcpJed42E3g=
time 2025-03-01T00:00:04.000000Z

— kept-3.example RvAhVZSskKtCkCDxl4nGcSEvGDstilPBYlKObfl7gJhoA4e5Jk0tAN0G8pa9V2IkJhPsoO8CuNhFxTgssqjgxCaUJws=
','{"0":"be4b808f81bce056168940ba667034d60a6a20257940a1fe750ece6bd1390e14","1":"fe4bbe2c4e950c0e26fbaa0ceacda8ee06baa8e2489878f48677e12a7b169477"}');
INSERT INTO "checkpoint" VALUES(4,X'6B7F1FE3A21CB0F105AFC9F3A1DE855C4FE47379D23EDD3E86FA37F9EA2A31DA','2025-03-01T00:00:06.000000Z','kept-3.example
4
a38f46IcsPEFr8nzod6FXE/kc3nSPt0+hvo3+eoqMdo=
time 2025-03-01T00:00:06.000000Z

— kept-3.example RvAhVVdr3V0+u87/jghse9Li4qTw3MWEhqs8vvjWSfoTPDUH7ZHxDoSs3+UeO/CfTnQuZg4+k73pUSxpC2EdsLkl8QU=
','{"2":"6b7f1fe3a21cb0f105afc9f3a1de855c4fe47379d23edd3e86fa37f9ea2a31da"}');
CREATE TABLE counter (
	kind VARCHAR(40) NOT NULL, 
	n INTEGER NOT NULL, 
	PRIMARY KEY (kind)
);
INSERT INTO "counter" VALUES('organisation',1);
INSERT INTO "counter" VALUES('account',1);
CREATE TABLE fact (
	seq INTEGER NOT NULL, 
	at VARCHAR(27) NOT NULL, 
	actor VARCHAR(80) NOT NULL, 
	organisation VARCHAR(80) NOT NULL, 
	verb VARCHAR(80) NOT NULL, 
	record_id VARCHAR(80) NOT NULL, 
	record_version INTEGER NOT NULL, 
	record_digest BLOB NOT NULL, 
	payload_commitment BLOB NOT NULL, 
	keep_until VARCHAR(27) NOT NULL, 
	signature BLOB, 
	leaf BLOB NOT NULL, 
	PRIMARY KEY (seq)
);
INSERT INTO "fact" VALUES(0,'2025-03-01T00:00:01.000000Z','system','platform','log:begin','log',0,X'',X'33F1BCF3C472971D04D120B5A70A0E572D4F4C575DBF925A3B700F171DA337AD','9999-12-31T23:59:59.999999Z',NULL,X'0CEABF4FD4DB0AA9C65E791479B5CFA3D7843D3262DCE55AAB0A2E5C6C9F4F9F');
INSERT INTO "fact" VALUES(1,'2025-03-01T00:00:02.000000Z','system','platform','organisation:register','organisation-000001',1,X'9E18114CE4526E446086ABC3608C6B56DD620211FB01BDECFE1235BC6C5717E7',X'EF345A9504A5A3DEEB42965FABF2EEE10736ED6377793A266BF33A4935283ACA','2035-02-27T00:00:02.000000Z',NULL,X'5C3F5C1ED25B49F32523B49BD8B4065688247E4FD3B53C7D81ACFD9E220593C0');
INSERT INTO "fact" VALUES(2,'2025-03-01T00:00:03.000000Z','system','platform','account:invite','account-000001',1,X'65EEE1AD651D40ABDEF6C8E98F0E6258918C338A827EFFEBC5EB993F1908D324',X'50F319E746E75005FE72E5E99B5814AB5B546103CDA395610F9E3F8965C2D43F','2035-02-27T00:00:03.000000Z',NULL,X'BE4B808F81BCE056168940BA667034D60A6A20257940A1FE750ECE6BD1390E14');
INSERT INTO "fact" VALUES(3,'2025-03-01T00:00:05.000000Z','system','platform','organisation:suspend','organisation-000001',2,X'A7BF919ACF5C3787C39CB11D5CA4FF257080B847B003A3557EA219A5CD2F07BE',X'A8E0B922462E0D49150FB3D95E6B9FF092C1915D88B01C132958A77FAD2E639C','2035-02-27T00:00:05.000000Z',NULL,X'3F922E8EB3F1C0D0B5C225B22226885E965839B0F22101819D6A04A77C01FD8E');
CREATE TABLE fact_payload (
	seq INTEGER NOT NULL, 
	salt BLOB NOT NULL, 
	payload TEXT NOT NULL, 
	keep_until VARCHAR(27) NOT NULL, 
	PRIMARY KEY (seq), 
	FOREIGN KEY(seq) REFERENCES fact (seq)
);
INSERT INTO "fact_payload" VALUES(0,X'9ABDA7A16591DB479A235610D3875C9E','{"note":{"format":3,"hash":"sha256","origin":"kept-3.example"}}','9999-12-31T23:59:59.999999Z');
INSERT INTO "fact_payload" VALUES(1,X'A37A66F76521CC2FDB5173FAA8EE6840','{"note":{"why":"第三条"},"record":{"evidence":[],"fiscally_funded":false,"id":"organisation-000001","kind":"企业","name":"遵义某公司","qualified_until":null,"region":"520300","roles":["developer"],"rulings":[],"state":"registered","uscc":"91520300MA0000000X"},"state":"registered"}','2035-02-27T00:00:02.000000Z');
INSERT INTO "fact_payload" VALUES(2,X'6EA253B32FA44509F07874CBA36CA62C','{"effects":[{"id":1,"kind":"welcome","payload":"{}","record_id":"account-000001"}],"note":{},"record":{"display_name":"王","duties":[],"id":"account-000001","name":"wang","organisation":"organisation-000001","person":"p","public_key":"","signed_out":[],"state":"invited"},"state":"invited"}','2035-02-27T00:00:03.000000Z');
INSERT INTO "fact_payload" VALUES(3,X'824B311751A07B9AECB523BE6849B76A','{"note":{},"record":{"evidence":[],"fiscally_funded":false,"id":"organisation-000001","kind":"企业","name":"遵义某公司","qualified_until":null,"region":"520300","roles":["developer"],"rulings":[],"state":"suspended","uscc":"91520300MA0000000X"},"state":"suspended"}','2035-02-27T00:00:05.000000Z');
CREATE TABLE held_name (
	name VARCHAR(200) NOT NULL, 
	record_id VARCHAR(80) NOT NULL, 
	PRIMARY KEY (name), 
	FOREIGN KEY(record_id) REFERENCES record (id)
);
INSERT INTO "held_name" VALUES('uscc:91520300MA0000000X','organisation-000001');
INSERT INTO "held_name" VALUES('login:wang','account-000001');
CREATE TABLE link (
	from_id VARCHAR(80) NOT NULL, 
	role VARCHAR(40) NOT NULL, 
	to_id VARCHAR(80) NOT NULL, 
	PRIMARY KEY (from_id, role, to_id), 
	FOREIGN KEY(from_id) REFERENCES record (id), 
	FOREIGN KEY(to_id) REFERENCES record (id)
);
INSERT INTO "link" VALUES('account-000001','of','organisation-000001');
CREATE TABLE meta (
	name VARCHAR(40) NOT NULL, 
	value TEXT NOT NULL, 
	PRIMARY KEY (name)
);
INSERT INTO "meta" VALUES('format','3');
INSERT INTO "meta" VALUES('hash','sha256');
INSERT INTO "meta" VALUES('origin','kept-3.example');
CREATE TABLE outbox (
	id INTEGER NOT NULL, 
	at VARCHAR(27) NOT NULL, 
	kind VARCHAR(80) NOT NULL, 
	record_id VARCHAR(80) NOT NULL, 
	payload TEXT NOT NULL, 
	done_at VARCHAR(27), 
	attempts INTEGER NOT NULL, 
	PRIMARY KEY (id)
);
INSERT INTO "outbox" VALUES(1,'2025-03-01T00:00:03.000000Z','welcome','account-000001','{}',NULL,0);
CREATE TABLE record (
	id VARCHAR(80) NOT NULL, 
	kind VARCHAR(40) NOT NULL, 
	version INTEGER NOT NULL, 
	state VARCHAR(40) NOT NULL, 
	organisation VARCHAR(80), 
	environment VARCHAR(80), 
	body TEXT NOT NULL, 
	salt BLOB NOT NULL, 
	digest BLOB NOT NULL, 
	created_at VARCHAR(27) NOT NULL, 
	updated_at VARCHAR(27) NOT NULL, due VARCHAR(10), partner VARCHAR(80), label VARCHAR(400), 
	PRIMARY KEY (id)
);
INSERT INTO "record" VALUES('organisation-000001','organisation',2,'suspended',NULL,NULL,'{"evidence":[],"fiscally_funded":false,"id":"organisation-000001","kind":"企业","name":"遵义某公司","qualified_until":null,"region":"520300","roles":["developer"],"rulings":[],"state":"suspended","uscc":"91520300MA0000000X"}',X'32118AEBDA4E9D34D3D03299BA21B585',X'A7BF919ACF5C3787C39CB11D5CA4FF257080B847B003A3557EA219A5CD2F07BE','2025-03-01T00:00:02.000000Z','2025-03-01T00:00:05.000000Z',NULL,NULL,NULL);
INSERT INTO "record" VALUES('account-000001','account',1,'invited','organisation-000001',NULL,'{"display_name":"王","duties":[],"id":"account-000001","name":"wang","organisation":"organisation-000001","person":"p","public_key":"","signed_out":[],"state":"invited"}',X'1A8BA6E879FCB3A6625D7452674676B9',X'65EEE1AD651D40ABDEF6C8E98F0E6258918C338A827EFFEBC5EB993F1908D324','2025-03-01T00:00:03.000000Z','2025-03-01T00:00:03.000000Z',NULL,NULL,NULL);
CREATE TABLE secret (
	record_id VARCHAR(80) NOT NULL, 
	name VARCHAR(80) NOT NULL, 
	value BLOB NOT NULL, 
	PRIMARY KEY (record_id, name), 
	FOREIGN KEY(record_id) REFERENCES record (id)
);
INSERT INTO "secret" VALUES('account-000001','code',X'68617368');
CREATE TABLE tree (
	level INTEGER NOT NULL, 
	hash BLOB NOT NULL, 
	PRIMARY KEY (level)
);
INSERT INTO "tree" VALUES(0,X'BE4B808F81BCE056168940BA667034D60A6A20257940A1FE750ECE6BD1390E14');
INSERT INTO "tree" VALUES(1,X'FE4BBE2C4E950C0E26FBAA0CEACDA8EE06BAA8E2489878F48677E12A7B169477');
INSERT INTO "tree" VALUES(2,X'6B7F1FE3A21CB0F105AFC9F3A1DE855C4FE47379D23EDD3E86FA37F9EA2A31DA');
CREATE INDEX fact_by_record ON fact (record_id, record_version);
CREATE INDEX payload_by_end ON fact_payload (keep_until);
CREATE INDEX outbox_open ON outbox (done_at, id);
CREATE TRIGGER fact_no_update BEFORE UPDATE ON fact BEGIN SELECT RAISE(ABORT, 'append-only: fact UPDATE'); END;
CREATE TRIGGER fact_no_delete BEFORE DELETE ON fact BEGIN SELECT RAISE(ABORT, 'append-only: fact DELETE'); END;
CREATE TRIGGER checkpoint_no_update BEFORE UPDATE ON checkpoint BEGIN SELECT RAISE(ABORT, 'append-only: checkpoint UPDATE'); END;
CREATE TRIGGER checkpoint_no_delete BEFORE DELETE ON checkpoint BEGIN SELECT RAISE(ABORT, 'append-only: checkpoint DELETE'); END;
CREATE TRIGGER fact_payload_no_update BEFORE UPDATE ON fact_payload BEGIN SELECT RAISE(ABORT, 'append-only: fact_payload UPDATE'); END;
CREATE TRIGGER link_no_update BEFORE UPDATE ON link BEGIN SELECT RAISE(ABORT, 'append-only: link UPDATE'); END;
CREATE TRIGGER link_no_delete BEFORE DELETE ON link BEGIN SELECT RAISE(ABORT, 'append-only: link DELETE'); END;
CREATE TRIGGER record_no_delete BEFORE DELETE ON record BEGIN SELECT RAISE(ABORT, 'append-only: record DELETE'); END;
CREATE TRIGGER fact_payload_guard_delete BEFORE DELETE ON fact_payload WHEN OLD.keep_until > strftime('%Y-%m-%dT%H:%M:%fZ', 'now') BEGIN SELECT RAISE(ABORT, 'append-only: fact_payload DELETE'); END;
CREATE TRIGGER fact_guard_insert BEFORE INSERT ON fact WHEN NEW.seq <> (SELECT count(*) FROM (SELECT 1 FROM fact WHERE seq = NEW.seq - 1)) * NEW.seq OR EXISTS (SELECT 1 FROM fact WHERE seq = NEW.seq) BEGIN SELECT RAISE(ABORT, 'append-only: fact INSERT'); END;
CREATE TRIGGER checkpoint_guard_insert BEFORE INSERT ON checkpoint WHEN EXISTS (SELECT 1 FROM checkpoint WHERE size >= NEW.size) BEGIN SELECT RAISE(ABORT, 'append-only: checkpoint INSERT'); END;
CREATE TRIGGER held_name_no_update BEFORE UPDATE ON held_name BEGIN SELECT RAISE(ABORT, 'append-only: held_name UPDATE'); END;
CREATE TRIGGER held_name_no_delete BEFORE DELETE ON held_name BEGIN SELECT RAISE(ABORT, 'append-only: held_name DELETE'); END;
CREATE TRIGGER record_guard_update BEFORE UPDATE ON record WHEN NEW.version <> OLD.version + 1 OR NEW.id <> OLD.id OR NEW.kind <> OLD.kind BEGIN SELECT RAISE(ABORT, 'append-only: record UPDATE'); END;
CREATE INDEX record_by_time ON record (kind, created_at, id, state, organisation, environment);
CREATE INDEX record_by_change ON record (kind, updated_at, id);
CREATE INDEX record_by_state_and_time ON record (kind, state, created_at, id, organisation, environment);
CREATE INDEX link_backwards ON link (to_id, role, from_id);
CREATE INDEX record_by_owner_and_time ON record (kind, organisation, created_at, id);
CREATE INDEX record_by_owner ON record (kind, organisation, state, due, id);
CREATE INDEX record_by_term ON record (kind, state, due, id);
CREATE INDEX record_by_partner ON record (kind, partner, state, due, id);
CREATE INDEX record_by_words ON record (kind, label);
CREATE INDEX fact_by_time ON fact (at);
CREATE INDEX fact_by_verb ON fact (verb, seq);
CREATE INDEX fact_by_actor ON fact (actor, seq);
COMMIT;
