# Random statements of every shape for a BianzhiModel, as SQL and as what they change.
#
# An operation is { sql, changes => [ [table, id, new row or undef] ], errors => { verdict => 1 } (raised whatever the
# limits), before/nested/tail => operations that a trigger of the user runs before, amid or after it }.
# One statement never touches a row twice: "used" keeps account.
package BianzhiStatements;

use strict;
use warnings;

my %table = (
	occ => [ 'bianzhi.occupancy', 'occupancy_id', qw(person_id unit_id section_id category during counted note) ],
	app => [ 'bianzhi.appointment', 'appointment_id', qw(person_id unit_id section_id category during counted) ],
	quota => [ 'bianzhi.quota', 'quota_id', qw(unit_id category amount entries_closed during document_no) ],
	res => [ 'own_reserved', 'id', qw(unit_id category seats during) ],
	child => [ 'own_child', 'id', qw(parent_id unit_id category person_id during counted) ],
	staff => [ 'own_staff', 'id', qw(site dept kind hired last_day person_id counted) ],
	parent => [ 'own_parent', 'id', qw(unit_id) ],
	sec => [ 'bianzhi.unit', 'unit_id', qw(unit_key name parent_id is_section during) ],
);

sub new
{
	my ($class, %given) = @_;
	return bless { next_id => 1, %given }, $class;
}

sub model { return $_[0]{model} }

sub chance { return rand() < $_[0] }
sub pick { return $_[ int rand @_ ] }

sub quoted
{
	my ($text) = @_;
	return 'NULL' unless defined $text;
	$text =~ s/'/''/g;
	return "'$text'";
}

sub day
{
	my ($self, $slot) = @_;
	return $self->{day}[$slot];
}

sub range
{
	my ($self, $row) = @_;
	return undef unless defined $row->{from};
	return 'empty' if $row->{from} >= $row->{to};
	return ($row->{from} == 0 ? '(' : '[' . $self->day($row->{from})) . ','
	  . ($row->{to} == $self->model->{slots} ? '' : $self->day($row->{to})) . ')';
}

# The model's units are always the same; the database's are new ones after each round, with accounts still to be made.
sub unit_number
{
	my ($self, $unit) = @_;
	return defined $unit ? $unit + ($unit < 100 ? $self->{offset} : 0) : 'NULL';
}

# the value of a column, as it stands in a statement
sub value
{
	my ($self, $column, $row, $id) = @_;
	return quoted($self->range($row)) if $column eq 'during';
	return quoted($row->{cat}) if $column eq 'category' || $column eq 'kind';
	return quoted($row->{site}) if $column eq 'site';
	return quoted(($row->{unit} =~ /^1[1-3]$/ ? 'S' : 'U') . $self->unit_number($row->{unit})) if $column eq 'dept';
	return quoted($self->day($row->{from})) if $column eq 'hired';
	return quoted($row->{to} == $self->model->{slots} ? undef : $self->day($row->{to} - 1)) if $column eq 'last_day';
	return $self->unit_number($row->{unit}) if $column eq 'unit_id' || $column eq 'parent_id' && !exists $row->{parent};
	return $row->{parent} if $column eq 'parent_id';
	return $self->unit_number($row->{section}) if $column eq 'section_id';
	return $row->{person} // 'NULL' if $column eq 'person_id';
	return defined $row->{counted} ? ($row->{counted} ? 'true' : 'false') : 'NULL' if $column eq 'counted';
	return $row->{amount} if $column eq 'amount';
	return $row->{seats} // 'NULL' if $column eq 'seats';
	return $row->{closed} ? 'true' : 'false' if $column eq 'entries_closed';
	return quoted($row->{note}) if $column eq 'note';
	return "'doc'" if $column eq 'document_no';
	return "'K$id'" if $column eq 'unit_key' || $column eq 'name';
	return 'true' if $column eq 'is_section';
	die "no value for $column";
}

sub types
{
	my ($column) = @_;
	return
		$column eq 'during' ? '::daterange'
	  : $column =~ /^(hired|last_day)$/ ? '::date'
	  : $column =~ /^(counted|entries_closed|is_section)$/ ? '::boolean'
	  : $column =~ /^(amount|seats)$/ ? '::int'
	  : $column =~ /_id$/ ? '::bigint'
	  : '::text';
}

# random rows

sub random_range
{
	my ($self, $row) = @_;
	my $m = $self->model;
	my ($last, $today) = ($m->{slots} - 1, $m->{today});
	my $kind = rand;
	$row->{from} = $kind < 0.4 ? $today - 6 + int rand 12 : $kind < 0.7 ? 1 + int rand $today : 1 + int rand $last;
	my $left = $last - $row->{from};
	$row->{to} = $left < 1 || chance(0.45) ? $m->{slots} : $row->{from} + 1 + int rand($left < 25 ? $left : 25);
	return $row;
}

# For a while most statements meet at one unit and one tree of categories.
sub focus
{
	my ($self, $on) = @_;
	$self->{focus} = $on ? { unit => pick(@{ $self->{units} }), root => pick(@{ $self->{roots} }) } : undef;
	return;
}

sub in_focus
{
	my ($self, $code) = @_;
	return defined $code && $self->model->{category}{$code} && $self->model->path($code)->[-1] eq $self->{focus}{root};
}

sub random_place
{
	my ($self, $table, $row) = @_;
	$row->{unit} = chance(0.004) ? 999 : chance(0.006) ? 11 : pick(@{ $self->{units} });
	$row->{cat} =
		chance(0.004) ? 'nothing'
	  : chance(0.006) ? 'leader'
	  : chance(0.006) ? 'administrative'
	  : pick(@{ $self->{categories}{$table} });
	if ($self->{focus} && chance(0.8))
	{
		$row->{unit} = $self->{focus}{unit};
		my @near = grep { $self->in_focus($_) } @{ $self->{categories}{$table} };
		$row->{cat} = pick(@near) if @near;
	}
	if ($table eq 'occ' || $table eq 'app')
	{
		my @own = grep { defined $row->{unit} && $self->model->{unit}{$_}{parent} == $row->{unit} } @{ $self->{sections} };
		$row->{section} = chance(0.01) ? pick(@{ $self->{sections} }, 1) : @own && chance(0.4) ? pick(@own) : undef;
	}
	return $row;
}

sub random_row
{
	my ($self, $table, $used) = @_;
	my $m = $self->model;
	my $row = {};
	return { unit => pick(@{ $self->{units} }) } if $table eq 'parent';
	$self->random_range($row);
	if ($table eq 'sec')
	{
		return { %$row, unit => pick(@{ $self->{units} }), cat => 'section_count', counted => 1 };
	}
	$self->random_place($table, $row);
	if ($table eq 'quota')
	{
		$row->{unit} = pick(@{ $self->{sections} }) if chance(0.15);
		$row->{from} = 0 if chance(0.3);
		$row->{amount} = chance(0.2) ? -1 - int rand 2 : int rand $self->{most};
		$row->{closed} = chance(0.06) ? 1 : 0;
	}
	elsif ($table eq 'res')
	{
		$row->{seats} = chance(0.15) ? undef : int rand 3;
		$row->{unit} = undef if chance(0.03);
		$row->{cat} = undef if chance(0.03);
		$row->{to} = $row->{from} if chance(0.03);
		$row->{from} = undef if chance(0.03);
		$row->{counted} = 1;
	}
	elsif ($table eq 'child')
	{
		my @parents = grep { !$used->{"parent $_"} } keys %{ $m->rows('parent') };
		return undef unless @parents;
		$row->{parent} = pick(sort { $a <=> $b } @parents);
		$row->{unit} = chance(0.05) ? undef : $m->rows('parent')->{ $row->{parent} }{unit};
		$row->{person} = chance(0.4) ? undef : chance(0.005) ? $m->{persons} + 5 : 1 + int rand $m->{persons};
		$row->{counted} = chance(0.1) ? pick(undef, 0) : 1;
	}
	elsif ($table eq 'staff')
	{
		$row->{site} = pick(qw(n n s e));
		$row->{person} = chance(0.4) ? undef : chance(0.005) ? $m->{persons} + 5 : 1 + int rand $m->{persons};
		$row->{counted} = chance(0.1) ? pick(undef, 0) : 1;
	}
	else
	{
		$row->{person} = chance(0.004) ? $m->{persons} + 5 : 1 + int rand $m->{persons};
		$row->{counted} = $row->{person} <= 12 && chance(0.2) || chance(0.01) ? 0 : 1;
		$row->{note} = 'gone' if $table eq 'occ' && chance(0.06);
	}
	return $row;
}

# Another version of a row: one thing about it changes.
sub changed_row
{
	my ($self, $table, $old) = @_;
	my $new = {%$old};
	delete $new->{note} if ($new->{note} // '') ne 'gone';
	my $kind = rand;
	if ($table eq 'parent') { $new->{unit} = pick(@{ $self->{units} }) }
	elsif ($table eq 'quota' && $kind < 0.5)
	{
		if ($kind < 0.1) { $new->{closed} = 1 - $new->{closed} }
		else { $new->{amount} += pick(-2, -1, -1, 1, 1) }
	}
	elsif ($table eq 'res' && $kind < 0.3) { $new->{seats} = int rand 3 }
	elsif ($kind < 0.5 || $table eq 'sec')
	{
		$self->random_range($new);
	}
	elsif ($table eq 'staff' && $kind < 0.55) { $new->{site} = pick(qw(n s e)) }
	elsif ($kind < 0.62)
	{
		# an end is set or taken away
		return $new unless defined $new->{from} && $new->{from} < $self->model->{slots} - 1;
		$new->{to} =
		  $new->{to} == $self->model->{slots}
		  ? $new->{from} + 1 + int rand($self->model->{slots} - 1 - $new->{from})
		  : $self->model->{slots};
	}
	elsif ($kind < ($table =~ /^(child|staff)$/ || ($new->{person} // 99) <= 12 ? 0.68 : 0.63) && exists $new->{counted} && $table ne 'res') { $new->{counted} = $new->{counted} ? 0 : 1 }
	elsif ($kind < 0.72 && exists $new->{person}) { $new->{person} = 1 + int rand $self->model->{persons} }
	else
	{
		my $unit = $new->{unit};
		$self->random_place($table, $new);
		$new->{unit} = $unit if $table eq 'child';
	}
	return $new;
}

# May this statement touch the row, too? A row that takes others of its person with it when it goes needs them all.
sub take
{
	my ($self, $used, $table, $id, $row, $old) = @_;
	return 0 if $used->{"$table $id"};
	for my $r (grep { $_ && $table eq 'occ' } $row, $old)
	{
		return 0 if $used->{"gone $r->{person}"};
	}
	return 0 if $table eq 'child' && grep { $_ && $used->{"parent $_->{parent}"} } $row, $old;
	$used->{"$table $id"} = 1;
	for my $r (grep { $_ && $table eq 'occ' } $row, $old) { $used->{"person $r->{person}"} = 1 }
	for my $r (grep { $_ && $table eq 'child' } $row, $old) { $used->{"child of $r->{parent}"} = 1 }
	return 1;
}

sub some_rows
{
	my ($self, $table, $n, $used) = @_;
	my $rows = $self->model->rows($table);
	my @free = sort { $a <=> $b } grep { !$used->{"$table $_"} } keys %$rows;
	if ($self->{focus} && chance(0.8))
	{
		my @near = grep { my $r = $rows->{$_}; ($r->{unit} // 0) == $self->{focus}{unit} && $self->in_focus($r->{cat}) } @free;
		@free = @near if @near;
	}
	my @some;
	while (@free && @some < $n)
	{
		push @some, splice @free, int rand @free, 1;
	}
	return @some;
}

# A statement may name the leaf in which all its rows are, and stay.
sub target
{
	my ($self, $table, @rows) = @_;
	my %site = map { $_->{site} => 1 } grep { $_ } @rows;
	return $table{$table}[0] if $table ne 'staff' || keys %site != 1 || chance(0.4);
	return $table{$table}[0] . '_' . (keys %site)[0];
}

sub errors_of
{
	my ($self, $op, $table, @rows) = @_;
	for my $row (@rows)
	{
		$op->{errors}{$_} = 1 for $self->model->misplaced($table, $row);
	}
	return $op;
}

# operations that may stand in WITH

sub insert_sql
{
	my ($self, $table, $rows) = @_;
	my ($name, $key, @columns) = @{ $table{$table} };
	$name = $self->target($table, map { $_->[1] } @$rows);
	return "INSERT INTO $name ($key, " . join(', ', @columns) . ') VALUES '
	  . join(', ', map { my ($id, $row) = @$_; "($id, " . join(', ', map { $self->value($_, $row, $id) } @columns) . ')' } @$rows);
}

sub new_rows
{
	my ($self, $table, $n, $used) = @_;
	my @rows;
	for (1 .. $n)
	{
		my $row = $self->random_row($table, $used) or next;
		my $id = 1000 + $self->{next_id}++;
		push @rows, [ $id, $row ] if $self->take($used, $table, $id, $row);
	}
	return @rows;
}

sub op_insert
{
	my ($self, $table, $used) = @_;
	my @rows = $self->new_rows($table, chance(0.6) ? 1 : 2 + int rand 5, $used) or return;
	my $op = { changes => [ map { [ $table, @$_ ] } @rows ] };
	if (chance(0.01) && $table !~ /^(parent|staff)$/)
	{
		my ($id) = $self->some_rows($table, 1, $used);
		if ($id)
		{
			$rows[-1][0] = $id;
			$used->{"$table $id"} = 1;
			(my $key = $table{$table}[0]) =~ s/.*\.//;
			$op->{errors}{"23505|${key}_pkey"} = 1;
			return if $table eq 'sec';
		}
	}
	if ($table eq 'occ' && !$used->{nested} && chance(0.12)) { $self->nest($op, \@rows, $used) or return }
	$op->{sql} = $self->insert_sql($table, \@rows);
	return $self->errors_of($op, $table, map { $_->[1] } @rows);
}

# Triggers of the user run further statements for rows of an insert.
sub nest
{
	my ($self, $op, $rows, $used) = @_;
	my $before = @$rows == 1 && chance(0.3);
	for my $row (map { $_->[1] } @$rows)
	{
		next if $row->{note} || chance(0.3);
		my $inner = $self->operation({ %$used, nested => 1 }, $used) or next;
		my $how = $before ? 'before' : pick('run', 'try', 'try');
		$row->{note} = "$how:$inner->{sql}";
		push @{ $op->{ $before ? 'before' : 'nested' } }, { %$inner, how => $how };
	}
	return 1;
}

sub op_update
{
	my ($self, $table, $used) = @_;
	my ($name, $key, @columns) = @{ $table{$table} };
	my @ids = $self->some_rows($table, chance(0.6) ? 1 : 2 + int rand 4, $used) or return;
	my $op = { changes => [] };
	my @rows;
	for my $id (@ids)
	{
		my $old = $self->model->rows($table)->{$id};
		my $new = $self->changed_row($table, $old);
		next unless $self->take($used, $table, $id, $new, $old);
		push @rows, [ $id, $new ];
	}
	return unless @rows;
	$name = $self->target($table, map { ($_->[1], $self->model->rows($table)->{ $_->[0] }) } @rows);
	@columns = grep { !/^(note|document_no|unit_key|name|is_section|parent_id)$/ || $table eq 'sec' && $_ eq 'parent_id' } @columns;
	$op->{changes} = [ map { [ $table, @$_ ] } @rows ];
	if (@rows == 1)
	{
		my ($id, $new) = @{ $rows[0] };
		my $old = $self->model->rows($table)->{$id};
		my @set = grep { $self->value($_, $old, $id) ne $self->value($_, $new, $id) } @columns;
		@set = ($columns[0]) unless @set;
		$op->{sql} = "UPDATE $name SET " . join(', ', map { "$_ = " . $self->value($_, $new, $id) } @set) . " WHERE $key = $id";
	}
	else
	{
		$op->{sql} = "UPDATE $name AS t SET "
		  . join(', ', map { "$_ = v.$_" } @columns)
		  . " FROM (VALUES "
		  . join(', ', map { my ($id, $row) = @$_; "($id, " . join(', ', map { $self->value($_, $row, $id) . types($_) } @columns) . ')' } @rows)
		  . ") AS v (id, "
		  . join(', ', @columns)
		  . ") WHERE t.$key = v.id";
	}
	return $self->errors_of($op, $table, map { $_->[1] } @rows);
}

# all rows that go with these
sub gone_with
{
	my ($self, $table, $ids, $used) = @_;
	my $rows = $self->model->rows($table);
	my %gone = map { $_ => 1 } @$ids;
	if ($table eq 'occ')
	{
		for my $id (grep { ($rows->{$_}{note} // '') eq 'gone' } @$ids)
		{
			my $person = $rows->{$id}{person};
			for my $other (grep { $rows->{$_}{person} == $person && !$gone{$_} } sort keys %$rows)
			{
				return if $used->{"occ $other"};
				$used->{"occ $other"} = 1;
				$gone{$other} = 1;
			}
			$used->{"gone $person"} = 1;
		}
	}
	return map { [ $table, $_, undef ] } sort { $a <=> $b } keys %gone;
}

sub op_delete
{
	my ($self, $table, $used) = @_;
	my ($name, $key) = @{ $table{$table} };
	my $rows = $self->model->rows($table);
	my @some = $self->some_rows($table, chance(0.6) ? 1 : 2 + int rand 4, $used);
	my @ids;
	for my $id (@some)
	{
		my $row = $rows->{$id};
		next if ($row->{note} // '') eq 'gone' && $table eq 'occ' && $used->{"person $row->{person}"};
		push @ids, $id if $self->take($used, $table, $id, $row);
	}
	return unless @ids;
	my @changes = $self->gone_with($table, \@ids, $used) or return;
	$name = $self->target($table, map { $rows->{$_} } @ids);
	return {
		sql => "DELETE FROM $name WHERE $key IN (" . join(', ', @ids) . ')',
		changes => \@changes,
	};
}

# a parent goes or moves, and its children with it
sub op_cascade
{
	my ($self, $table, $used) = @_;
	my ($id) = $self->some_rows('parent', 1, $used);
	return if !$id || $used->{"child of $id"};
	my $children = $self->model->rows('child');
	my @mine = grep { $children->{$_}{parent} == $id && defined $children->{$_}{unit} } sort { $a <=> $b } keys %$children;
	$used->{"parent $id"} = 1;
	$used->{"child $_"} = 1 for @mine;
	return {
		sql => "DELETE FROM own_parent WHERE id = $id",
		changes => [ (map { [ 'child', $_, undef ] } @mine), [ 'parent', $id, undef ] ],
	  }
	  if chance(0.4);
	my $unit = chance(0.01) ? 999 : pick(@{ $self->{units} });
	my $old = $self->model->rows('parent')->{$id}{unit};
	@mine = () if $old == $unit;
	my @moved = map { [ 'child', $_, { %{ $children->{$_} }, unit => $unit } ] } @mine;
	return $self->errors_of(
		{
			sql => 'UPDATE own_parent SET unit_id = ' . $self->unit_number($unit) . " WHERE id = $id",
			changes => [ @moved, [ 'parent', $id, { unit => $unit } ] ],
		},
		'child', map { $_->[2] } @moved);
}

sub op_upsert
{
	my ($self, $table, $used) = @_;
	return if $table =~ /^(parent|sec|child|staff)$/;
	my ($name, $key, @columns) = @{ $table{$table} };
	my @ids = $self->some_rows($table, 1 + int rand 2, $used);
	my $update = chance(0.6);
	my (@rows, @changes);
	my $op = {};
	for my $id (@ids)
	{
		my $old = $self->model->rows($table)->{$id};
		my $new = $self->changed_row($table, $old);
		next unless $self->take($used, $table, $id, $new, $old);
		push @rows, [ $id, $new ];
		if ($update)
		{
			push @changes, [ $table, $id, $new ];
			$self->errors_of($op, $table, $new);
		}
	}
	my @new = $self->new_rows($table, int rand 3, $used);
	$self->errors_of($op, $table, map { $_->[1] } @new);
	push @rows, @new;
	return unless @rows;
	@columns = grep { !/^(note|document_no)$/ } @columns;
	$op->{sql} = $self->insert_sql($table, \@rows) . " ON CONFLICT ($key) DO "
	  . ($update ? 'UPDATE SET ' . join(', ', map { "$_ = excluded.$_" } @columns) : 'NOTHING');
	$op->{changes} = [ @changes, map { [ $table, @$_ ] } @new ];
	return $op;
}

sub op_merge
{
	my ($self, $table, $used) = @_;
	return if $table =~ /^(parent|sec|child)$/;
	my ($name, $key, @columns) = @{ $table{$table} };
	my $op = { changes => [], top => 1 };
	my @source;
	for my $id ($self->some_rows($table, 1 + int rand 4, $used))
	{
		my $old = $self->model->rows($table)->{$id};
		next if ($old->{note} // '') eq 'gone';
		my $gone = chance(0.4);
		my $new = $gone ? $old : $self->changed_row($table, $old);
		next unless $self->take($used, $table, $id, $new, $old);
		push @source, [ $id, $new, $gone ? 'gone' : 'stay' ];
		push @{ $op->{changes} }, [ $table, $id, $gone ? undef : $new ];
		$self->errors_of($op, $table, $new) unless $gone;
	}
	for my $new ($self->new_rows($table, int rand 3, $used))
	{
		push @source, [ @$new, 'stay' ];
		push @{ $op->{changes} }, [ $table, @$new ];
		$self->errors_of($op, $table, $new->[1]);
	}
	return unless @source;
	my @set = grep { !/^(note|document_no)$/ } @columns;
	$op->{sql} = "MERGE INTO $name AS t USING (VALUES "
	  . join(', ', map { my ($id, $row, $act) = @$_; "($id, '$act', " . join(', ', map { $self->value($_, $row, $id) . types($_) } @columns) . ')' } @source)
	  . ") AS v (id, act, "
	  . join(', ', @columns)
	  . ") ON t.$key = v.id WHEN MATCHED AND v.act = 'gone' THEN DELETE WHEN MATCHED THEN UPDATE SET "
	  . join(', ', map { "$_ = v.$_" } @set)
	  . " WHEN NOT MATCHED THEN INSERT ($key, "
	  . join(', ', @columns)
	  . ") VALUES (v.id, "
	  . join(', ', map { "v.$_" } @columns) . ')';
	return $op;
}

# One operation that may stand in WITH. OUTER, where given, is told what was used, too.
sub operation
{
	my ($self, $used, $outer) = @_;
	for (1 .. 20)
	{
		my %mine = %$used;
		my $table = pick(@{ $self->{tables} });
		my $rows = keys %{ $self->model->rows($table) };
		my $full = $rows > $self->{enough}{$table};
		my $kind = rand;
		my $op =
			$table eq 'parent' && $kind < 0.75 ? $self->op_cascade($table, \%mine)
		  : $table eq 'parent' ? ($full ? undef : $self->op_insert($table, \%mine))
		  : $kind < ($full ? 0.1 : 0.45) ? $self->op_insert($table, \%mine)
		  : $kind < 0.65 ? $self->op_update($table, \%mine)
		  : $kind < ($full ? 0.9 : 0.8) ? $self->op_delete($table, \%mine)
		  : $kind < 0.95 ? $self->op_upsert($table, \%mine)
		  : $used->{nested} ? undef
		  : $self->op_merge($table, \%mine);
		next unless $op;
		next if $op->{top} && $used->{part};
		%$used = %mine;
		if ($outer)
		{
			$outer->{$_} = 1 for grep { $_ ne 'nested' } keys %mine;
		}
		return $op;
	}
	return undef;
}

# A whole statement: an operation, or several in one WITH, or one that is no part of any.
sub statement
{
	my ($self, %where) = @_;
	my $kind = rand;
	my %used;
	return $self->truncate if $kind < 0.003;
	return $self->copy if $kind < 0.03 && $where{top} && keys %{ $self->model->rows('occ') } < $self->{enough}{occ};
	return $self->after_statement if $kind < 0.05;
	return $self->audited if $kind < 0.07;
	if ($kind < 0.2)
	{
		my %ops_used = (part => 1);
		my @ops = grep { defined } map { $self->operation(\%ops_used) } 1 .. 2 + int rand 2;
		return join_ops(@ops) if @ops > 1 && !grep { $_->{before} } @ops;
	}
	return $self->operation({}) // { sql => 'SELECT 1', changes => [] };
}

sub join_ops
{
	my @ops = @_;
	my $last = $ops[-1]{sql};
	my $n = 0;
	return {
		sql => 'WITH ' . join(', ', map { 'w' . ++$n . " AS ($_->{sql})" } @ops[ 0 .. $#ops - 1 ]) . " $last",
		changes => [ map { @{ $_->{changes} } } @ops ],
		errors => { map { %{ $_->{errors} // {} } } @ops },
		nested => [ map { @{ $_->{nested} // [] } } @ops ],
	};
}

sub truncate
{
	my ($self) = @_;
	my $table = pick(qw(occ app quota res child staff staff));
	if ($table eq 'staff' && chance(0.6))
	{
		my $rows = $self->model->rows('staff');
		my $site = pick(qw(n s e));
		return { sql => "TRUNCATE own_staff_$site", changes => [ map { [ 'staff', $_, undef ] } grep { $rows->{$_}{site} eq $site } keys %$rows ] };
	}
	return {
		sql => "TRUNCATE $table{$table}[0]",
		changes => [ map { [ $table, $_, undef ] } keys %{ $self->model->rows($table) } ],
	};
}

sub copy
{
	my ($self) = @_;
	my $table = pick(qw(occ occ app quota res staff));
	my ($name, $key, @columns) = @{ $table{$table} };
	my @rows = $self->new_rows($table, 1 + int rand 6, {}) or return { sql => 'SELECT 1', changes => [] };
	my $text = join '', map {
		my ($id, $row) = @$_;
		my @values = map { $self->value($_, $row, $id) } @columns;
		join("\t", $id, map { $_ eq 'NULL' ? '\N' : s/^'|'$//gr } @values) . "\n"
	} @rows;
	return $self->errors_of(
		{
			sql => "COPY $name ($key, " . join(', ', @columns) . ') FROM stdin',
			data => "$text\\.\n",
			changes => [ map { [ $table, @$_ ] } @rows ],
		},
		$table, map { $_->[1] } @rows);
}

# A statement that runs when OTHER is over, and is part of it for us. Whether quota that it takes away counts for the
# outer statement, too, is left open: so it takes none away there.
sub later
{
	my ($self, $changes, $used) = @_;
	my $inner = $self->operation($used) or return undef;
	my $rows = $self->model->{rows};
	my $units = sub {
		return map { $_->{unit} // (), $_->{section} // () } grep { $_ } map { $_->[2], $rows->{ $_->[0] }{ $_->[1] } } @_;
	};
	my %outer = map { $_ => 1 } $units->(@$changes);
	return undef if grep { $outer{$_} } $units->(grep { $_->[0] eq 'quota' } @{ $inner->{changes} });
	return $inner;
}

# A statement trigger of the user writes when the statement is over.
sub after_statement
{
	my ($self) = @_;
	my %used = (nested => 1, part => 1);
	my @rows = $self->new_rows('occ', 1 + int rand 2, \%used) or return { sql => 'SELECT 1', changes => [] };
	my $inner = $self->later([ map { [ 'occ', @$_ ] } @rows ], \%used) or return { sql => 'SELECT 1', changes => [] };
	$rows[0][1]{note} = "after:$inner->{sql}";
	return $self->errors_of(
		{
			sql => $self->insert_sql('occ', \@rows),
			changes => [ map { [ 'occ', @$_ ] } @rows ],
			tail => [$inner],
		},
		'occ', map { $_->[1] } @rows);
}

# A table that is no source has a trigger that writes one.
sub audited
{
	my ($self) = @_;
	my %used = (nested => 1, part => 1);
	my $first = chance(0.7) ? $self->operation(\%used) : undef;
	my $inner = $self->later($first ? $first->{changes} : [], \%used) or return { sql => 'SELECT 1', changes => [] };
	my $note = quoted("run:$inner->{sql}");
	return { sql => "INSERT INTO own_log (note) VALUES ($note)", changes => [], tail => [$inner] } unless $first;
	return {
		sql => "WITH w1 AS ($first->{sql} RETURNING 1) INSERT INTO own_log (note) SELECT $note FROM (SELECT count(*) FROM w1) AS n",
		changes => $first->{changes},
		errors => $first->{errors},
		tail => [$inner],
	};
}

1;
