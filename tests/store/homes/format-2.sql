BEGIN TRANSACTION;
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('f0002');
CREATE TABLE checkpoint (
	size INTEGER NOT NULL, 
	root BLOB NOT NULL, 
	at VARCHAR(27) NOT NULL, 
	note TEXT NOT NULL, 
	frontier TEXT NOT NULL, 
	PRIMARY KEY (size)
);
INSERT INTO "checkpoint" VALUES(3,X'814CC049123F681941B57401E6368DFB9DDA282BE62EB97A6609F2B86C5933E3','2025-03-01T00:00:04.000000Z','kept-2.example
3
gUzASRI/aBlBtXQB5jaN+53aKCvmLrl6ZgnyuGxZM+M=
time 2025-03-01T00:00:04.000000Z

— kept-2.example okFuMIJ7Tv0o8T7fi0lSkdulgfgJkUaNYPrqpUa4B6vF67Jqma7NaKJvjnOPGHsnaIzur+T2EadGEPp2TYwq5YM6HAc=
','{"0":"f117381feb7c8058d90953dcbd2bc7b05483b53b2e523062ea4f2d7320759141","1":"80bc106c1a5a31d6054132a03bd9fa8d3c45624a190b4f6c66bf04e0155ef005"}');
INSERT INTO "checkpoint" VALUES(4,X'B40C8CF68CA8A31B2A3D72CA25F1E74DBBFD8E51A6912E0C20C16359B45A79FB','2025-03-01T00:00:06.000000Z','kept-2.example
4
tAyM9oyooxsqPXLKJfHnTbv9jlGmkS4MIMFjWbRaefs=
time 2025-03-01T00:00:06.000000Z

— kept-2.example okFuMKmMqWOvkelRqQYw3rTJHHMtiMoecoL3Fk79XJCdXcjiYXphDmV52JiYV61PL39T/6+D1q6bOZJ2GOfQH8tqXg8=
','{"2":"b40c8cf68ca8a31b2a3d72ca25f1e74dbbfd8e51a6912e0c20c16359b45a79fb"}');
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
INSERT INTO "fact" VALUES(0,'2025-03-01T00:00:01.000000Z','system','platform','log:begin','log',0,X'',X'DDC1518CECFD5A76A38C15FD747218E33EF3E2F1CEA59D821A3E155914DBEC3A','9999-12-31T23:59:59.999999Z',NULL,X'98A24A05F879BD1CAB2DCE60EABB545E2BEC351F6123097C8D4C929D8C70B7AA');
INSERT INTO "fact" VALUES(1,'2025-03-01T00:00:02.000000Z','system','platform','organisation:register','organisation-000001',1,X'28C412525F041C64E57FEF8EFD753AB9011CF877C6B4848FCEEB1A8ADE4C45D4',X'5E80055F8AF0A0952B6239B1602366BEED4FC4C776255110BB65C3B0E87362B6','2035-02-27T00:00:02.000000Z',NULL,X'A12202DE9F1B8F1412CF7E72EDA921A4421DE49A69853D35EFDC30EA3C02BE37');
INSERT INTO "fact" VALUES(2,'2025-03-01T00:00:03.000000Z','system','platform','account:invite','account-000001',1,X'5C323FCDF4069F3ECFCE7BF90BCF23F27D9C9AFD5AA2A66D8522F814E0138AA1',X'3D5DA60EF0B23E79A77BCF67D5BEFD20B91A3AAA6B8B27FCDC8A34C688FD1A8E','2035-02-27T00:00:03.000000Z',NULL,X'F117381FEB7C8058D90953DCBD2BC7B05483B53B2E523062EA4F2D7320759141');
INSERT INTO "fact" VALUES(3,'2025-03-01T00:00:05.000000Z','system','platform','organisation:suspend','organisation-000001',2,X'3683DA24674FB70A18CCAC14E0C4A5664D6AD3861E13D2FB9B6D00435745E85D',X'5816154B4B37A391EC0FD81698229E465ED02B1634C4CDE0828BC12390B0C499','2035-02-27T00:00:05.000000Z',NULL,X'212CB181DCF2EF833BDCB4631826F9187178B62E8B012A3C7D55A47C7BFDF9D1');
CREATE TABLE fact_payload (
	seq INTEGER NOT NULL, 
	salt BLOB NOT NULL, 
	payload TEXT NOT NULL, 
	keep_until VARCHAR(27) NOT NULL, 
	PRIMARY KEY (seq), 
	FOREIGN KEY(seq) REFERENCES fact (seq)
);
INSERT INTO "fact_payload" VALUES(0,X'15BA8376C5D344F205C5430135380059','{"note":{"format":2,"hash":"sha256","origin":"kept-2.example"}}','9999-12-31T23:59:59.999999Z');
INSERT INTO "fact_payload" VALUES(1,X'4FC217D0C87D653D5E1298AF97FD86D7','{"note":{"why":"第三条"},"record":{"id":"organisation-000001","kind":"企业","name":"遵义某公司","qualified_until":null,"region":"520300","roles":["developer"],"state":"registered","uscc":"91520300MA0000000X"},"state":"registered"}','2035-02-27T00:00:02.000000Z');
INSERT INTO "fact_payload" VALUES(2,X'0608AB129EB19F328412F82F3BBA0EAC','{"effects":[{"id":1,"kind":"welcome","payload":"{}","record_id":"account-000001"}],"note":{},"record":{"display_name":"王","duties":[],"id":"account-000001","name":"wang","organisation":"organisation-000001","person":"p","public_key":"","state":"invited"},"state":"invited"}','2035-02-27T00:00:03.000000Z');
INSERT INTO "fact_payload" VALUES(3,X'3813895D1D4DB1D7FF3F096D10219E08','{"note":{},"record":{"id":"organisation-000001","kind":"企业","name":"遵义某公司","qualified_until":null,"region":"520300","roles":["developer"],"state":"suspended","uscc":"91520300MA0000000X"},"state":"suspended"}','2035-02-27T00:00:05.000000Z');
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
INSERT INTO "meta" VALUES('format','2');
INSERT INTO "meta" VALUES('hash','sha256');
INSERT INTO "meta" VALUES('origin','kept-2.example');
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
	updated_at VARCHAR(27) NOT NULL, 
	PRIMARY KEY (id)
);
INSERT INTO "record" VALUES('organisation-000001','organisation',2,'suspended',NULL,NULL,'{"id":"organisation-000001","kind":"企业","name":"遵义某公司","qualified_until":null,"region":"520300","roles":["developer"],"state":"suspended","uscc":"91520300MA0000000X"}',X'8E8DFEC0A052A1E217761A26030A0D8B',X'3683DA24674FB70A18CCAC14E0C4A5664D6AD3861E13D2FB9B6D00435745E85D','2025-03-01T00:00:02.000000Z','2025-03-01T00:00:05.000000Z');
INSERT INTO "record" VALUES('account-000001','account',1,'invited','organisation-000001',NULL,'{"display_name":"王","duties":[],"id":"account-000001","name":"wang","organisation":"organisation-000001","person":"p","public_key":"","state":"invited"}',X'255AE85C9A5B294ECCC55A97130AC5EF',X'5C323FCDF4069F3ECFCE7BF90BCF23F27D9C9AFD5AA2A66D8522F814E0138AA1','2025-03-01T00:00:03.000000Z','2025-03-01T00:00:03.000000Z');
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
INSERT INTO "tree" VALUES(0,X'F117381FEB7C8058D90953DCBD2BC7B05483B53B2E523062EA4F2D7320759141');
INSERT INTO "tree" VALUES(1,X'80BC106C1A5A31D6054132A03BD9FA8D3C45624A190B4F6C66BF04E0155EF005');
INSERT INTO "tree" VALUES(2,X'B40C8CF68CA8A31B2A3D72CA25F1E74DBBFD8E51A6912E0C20C16359B45A79FB');
CREATE INDEX record_by_state ON record (kind, state);
CREATE INDEX record_by_organisation ON record (kind, organisation);
CREATE INDEX link_backwards ON link (to_id, role);
CREATE INDEX fact_by_record ON fact (record_id, record_version);
CREATE INDEX fact_by_actor ON fact (actor);
CREATE INDEX fact_by_verb ON fact (verb);
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
CREATE TRIGGER record_guard_update BEFORE UPDATE ON record WHEN NEW.version <> OLD.version + 1 OR NEW.id <> OLD.id OR NEW.kind <> OLD.kind BEGIN SELECT RAISE(ABORT, 'append-only: record UPDATE'); END;
CREATE TRIGGER fact_guard_insert BEFORE INSERT ON fact WHEN NEW.seq <> (SELECT count(*) FROM (SELECT 1 FROM fact WHERE seq = NEW.seq - 1)) * NEW.seq OR EXISTS (SELECT 1 FROM fact WHERE seq = NEW.seq) BEGIN SELECT RAISE(ABORT, 'append-only: fact INSERT'); END;
CREATE TRIGGER checkpoint_guard_insert BEFORE INSERT ON checkpoint WHEN EXISTS (SELECT 1 FROM checkpoint WHERE size >= NEW.size) BEGIN SELECT RAISE(ABORT, 'append-only: checkpoint INSERT'); END;
CREATE TRIGGER held_name_no_update BEFORE UPDATE ON held_name BEGIN SELECT RAISE(ABORT, 'append-only: held_name UPDATE'); END;
CREATE TRIGGER held_name_no_delete BEFORE DELETE ON held_name BEGIN SELECT RAISE(ABORT, 'append-only: held_name DELETE'); END;
COMMIT;
