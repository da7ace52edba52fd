/* document_missing.sql: documents that are named and are not there; after every part that has a column document_no */

CREATE VIEW bianzhi.document_missing WITH (security_invoker = true) AS
SELECT n.number, n.used_in, count(*) AS used
FROM (
	SELECT document_no, 'unit' FROM bianzhi.unit
	UNION ALL SELECT document_no, 'unit_version' FROM bianzhi.unit_version
	UNION ALL SELECT document_no, 'unit_relation' FROM bianzhi.unit_relation
	UNION ALL SELECT document_no, 'signboard' FROM bianzhi.signboard
	UNION ALL SELECT document_no, 'person_fact' FROM bianzhi.person_fact
	UNION ALL SELECT document_no, 'exemption' FROM bianzhi.exemption
	UNION ALL SELECT document_no, 'quota' FROM bianzhi.quota
	UNION ALL SELECT document_no, 'ceiling' FROM bianzhi.ceiling
	UNION ALL SELECT document_no, 'digest_plan' FROM bianzhi.digest_plan
	UNION ALL SELECT document_no, 'occupancy' FROM bianzhi.occupancy
	UNION ALL SELECT document_no, 'appointment' FROM bianzhi.appointment
	UNION ALL SELECT document_no, 'secondment' FROM bianzhi.secondment
	UNION ALL SELECT document_no, 'absence' FROM bianzhi.absence
	UNION ALL SELECT document_no, 'outside_worker' FROM bianzhi.outside_worker
	UNION ALL SELECT document_no, 'workday' FROM bianzhi.workday
	UNION ALL SELECT document_no, 'problem' FROM bianzhi.problem
	UNION ALL SELECT document_no, 'problem_step' FROM bianzhi.problem_step
	UNION ALL SELECT document_no, 'problem_amount' FROM bianzhi.problem_amount
	UNION ALL SELECT document_no, 'problem_handling' FROM bianzhi.problem_handling
	UNION ALL SELECT document_no, 'approval_waiver' FROM bianzhi.approval_waiver
	UNION ALL SELECT document_no, 'trusted_pool' FROM bianzhi.trusted_pool
	UNION ALL SELECT document_no, 'retirement_schedule' FROM bianzhi.retirement_schedule
	UNION ALL SELECT document_no, 'off_post_age' FROM bianzhi.off_post_age
	UNION ALL SELECT document_no, 'key_task' FROM bianzhi.key_task
	UNION ALL SELECT document_no, 'reform' FROM bianzhi.reform
) AS n (number, used_in)
WHERE n.number <> '(未见文号)' AND NOT EXISTS (SELECT 1 FROM bianzhi.document AS d WHERE d.number = n.number)
GROUP BY n.number, n.used_in;

COMMENT ON VIEW bianzhi.document_missing IS '缺录文件: numbers of documents that tables name and that have no row in document';
COMMENT ON COLUMN bianzhi.document_missing.number IS '文号: number';
COMMENT ON COLUMN bianzhi.document_missing.used_in IS '使用表: table that names it';
COMMENT ON COLUMN bianzhi.document_missing.used IS '使用次数: in how many rows';
